// The provider's pages: large, plain, without scripts of their own.

import { LEVELS } from "./levels.js";

const WAYS = ["密码加短信验证码", "电子社保卡", "刷脸验证"];
const WHY = {
  unknown: "没有找到这个登录名。请检查后再试，或者从下面的名单里选一位。",
  level: "这位居民没有开通这种验证方式。请换一种方式，或者选另一位居民。",
};

export function login(ctx, uid, people, level, why = null) {
  const rows = people.map((person) => `<li><button name="login" value="${safe(person.login)}">
    <strong>${safe(person.name)}</strong> <span>${safe(person.login)}</span>
    <small>最高可用：${WAYS[LEVELS.indexOf(person.acr)]}</small></button></li>`);
  const ways = LEVELS.map((acr, place) => `<label><input type="radio" name="level" value="${acr}"
    ${acr === level ? "checked" : ""}> ${WAYS[place]}</label>`);
  show(ctx, "登录", `
    ${why ? `<p class="problem" role="alert">${WHY[why]}</p>` : ""}
    <p>这里是演示用的统一身份认证。下面的居民都是虚构的，不需要密码。</p>
    <form method="post" action="/interaction/${uid}/login">
      <fieldset><legend>验证方式</legend>${ways.join("")}</fieldset>
      <label for="typed">登录名</label>
      <input id="typed" name="typed" autocomplete="username" autocapitalize="none"
        spellcheck="false" maxlength="64">
      <button class="strong">登录</button>
      <h2>或者选一位演示居民</h2>
      <ul>${rows.join("")}</ul>
    </form>
    ${cancelling(uid)}`);
}

export function consent(ctx, uid, person) {
  show(ctx, "同意提供信息", `
    <p>${safe(person.name)}，您好。<strong>问保</strong>想知道您的：</p>
    <ul class="shared"><li>姓名</li><li>身份证号码</li></ul>
    <p>这些信息只用来查您本人的社保记录。您可以不同意，政策问题照样可以问。</p>
    <form method="post" action="/interaction/${uid}/consent">
      <button class="strong">同意，继续</button>
    </form>
    ${cancelling(uid, "不同意")}`);
}

export function signOut(ctx, form) {
  show(ctx, "退出登录", `<p>要退出统一身份认证吗？所有用它登录的地方都会一起退出。</p>${form}
    <button class="strong" form="op.logoutForm" name="logout" value="yes">退出</button>
    <button form="op.logoutForm">不退出</button>`);
}

export function signedOut(ctx) {
  show(ctx, "已经退出", "<p>您已经退出登录。现在可以关掉这个页面。</p>");
}

export function problem(ctx) {
  show(ctx, "没有成功", `<p role="alert">这次登录没有成功，可能是等得太久了。
    请关掉这个页面，回到对话里再点一次“去登录”。</p>
    <p>着急的话，请拨打<a href="tel:12333">12333</a>。</p>`);
}

function cancelling(uid, title = "不登录了，回到问保") {
  return `<form method="post" action="/interaction/${uid}/cancel"><button>${title}</button></form>`;
}

function show(ctx, title, body) {
  ctx.type = "html";
  ctx.body = `<!doctype html>
<html lang="zh-CN">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} · 统一身份认证（演示）</title>
  <link rel="stylesheet" href="/style.css">
</head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>`;
}

function safe(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
