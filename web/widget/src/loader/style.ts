// How the launcher and its panel look; a host's page may set the custom properties.

export const STYLE = `
:host { all: initial; position: fixed; z-index: var(--shebao-z, 2147483000); bottom: 0; right: 0; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.launcher {
  position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); right: 20px;
  display: flex; align-items: center; gap: 10px; min-height: 60px; padding: 8px 22px 8px 16px;
  border: 0; border-radius: 30px; cursor: pointer; color: #fff; background: var(--shebao-brand, #0b5d52);
  font: 600 18px/1.3 system-ui, -apple-system, "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif;
  box-shadow: 0 6px 24px rgb(8 50 44 / .28), 0 1px 3px rgb(8 50 44 / .3);
}
:host([data-position="left"]) .launcher, :host([data-position="left"]) .panel { right: auto; left: 20px; }
.launcher:hover { filter: brightness(1.12); }
.launcher:focus-visible { outline: 3px solid #fff; outline-offset: -6px; box-shadow: 0 0 0 4px #b45309; }
svg { width: 34px; height: 34px; flex: none; }
.badge {
  min-width: 26px; height: 26px; padding: 0 7px; border-radius: 13px; background: #fff; color: #9a1c17;
  font-size: 16px; line-height: 26px; text-align: center; font-weight: 700;
}
.panel {
  position: fixed; bottom: 20px; right: 20px; width: min(420px, calc(100vw - 40px)); height: min(720px, calc(100vh - 40px));
  border-radius: 20px; overflow: hidden; background: #f3f6f5; border: 1px solid rgb(8 50 44 / .18);
  box-shadow: 0 18px 60px rgb(8 50 44 / .28), 0 2px 8px rgb(8 50 44 / .18);
}
iframe { display: block; width: 100%; height: 100%; border: 0; }
iframe:not(:last-child) { visibility: hidden; }
.cover {
  position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center; gap: 20px;
  padding: 12px 16px 24px; overflow: auto; background: #f3f6f5; color: #15211e;
  font: 20px/1.6 system-ui, -apple-system, "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif;
}
.cover p { margin: auto 0 0; max-width: 22em; text-align: center; }
.cover::after { content: ""; margin-bottom: auto; }
.cover button, .cover a {
  display: flex; align-items: center; justify-content: center; flex: none; min-height: 60px; min-width: 96px; padding: 8px 24px;
  border: 2px solid #0b5d52; border-radius: 14px; background: #fff; color: #07463e; font: inherit; font-weight: 600; cursor: pointer;
}
.cover a { font-size: 28px; background: #0b5d52; color: #fff; text-decoration: none; }
.cover .close { align-self: flex-end; }
.cover :focus-visible { outline: 3px solid #b45309; outline-offset: 2px; }
@media (max-width: 640px), (max-height: 480px) {
  .panel, :host([data-position="left"]) .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion: no-preference) {
  .panel { animation: rise .22s ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(14px); } }
}
@media (forced-colors: active) { button, .panel, .cover a { border: 2px solid; } }
@media print { :host { display: none; } }
`;
