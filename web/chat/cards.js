// What a card adds below the words of an event. Text only ever enters by textContent.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const OF_KIND = {
  answer: (card) => [more("详细说明", card.detail), sources(card), offered(card)],
  estimate: (card) => [more("怎么算的", (card.formula || []).join("\n")), sources(card), offered(card)],
  contributions: (card) => [contributions(card), offered(card)],
};

export function render(card, act) {
  const parts = (OF_KIND[card.type] || ((any) => [offered(any)]))(card).flat().filter(Boolean);
  if (card.type === "sign_in") {
    parts.push(element("div", { class: "choices" },
      element("button", { type: "button", class: "strong", onclick: act.signIn }, "去登录")));
  }
  const choices = [...(card.choices || []), ...(card.related || [])];
  if (choices.length) parts.push(buttons(choices, act.choose));
  return parts;
}

function buttons(choices, choose) {
  const row = element("div", { class: "choices" });
  for (const choice of choices) {
    row.append(element("button", { type: "button", onclick: () => choose(choice) }, choice.title));
  }
  return row;
}

function more(title, text) {
  return text ? element("details", {}, element("summary", {}, title), element("p", {}, text)) : null;
}

function sources(card) {
  if (!card.sources || !card.sources.length) return null;
  const list = element("ul");
  for (const source of card.sources) {
    const name = [source.title, source.document, source.article].filter(Boolean).join("，");
    const item = element("li", {}, name + (source.issued ? `（${source.issued}）` : ""));
    if (source.url) {
      item.append(" ", element("a", { href: source.url, target: "_blank", rel: "noopener noreferrer" }, "看原文"));
    }
    list.append(item);
  }
  const since = card.effective_from ? element("p", {}, `自 ${card.effective_from} 起施行`
    + (card.effective_to ? `，到 ${card.effective_to} 为止` : "")) : null;
  return element("details", {}, element("summary", {}, "政策依据"), list, since);
}

function offered(card) {
  if (!card.phone && !(card.office && card.office.phone)) return null;
  const phone = card.phone || card.office.phone;
  return element("div", { class: "choices" },
    element("a", { class: "button", href: `tel:${phone}` }, `拨打 ${phone}`));
}

function contributions(card) {
  const head = element("tr", {}, ...["月份", "地区", "单位", "缴费基数", "个人缴费", "状态"]
    .map((title) => element("th", { scope: "col" }, title)));
  const body = element("tbody");
  const places = Object.fromEntries((card.regions || []).map((region) => [region.code, region.name]));
  for (const month of card.months || []) {
    body.append(element("tr", {}, ...[
      month.month, places[month.region] || month.region, month.employer || "个人",
      month.base ? `${month.base}元` : "", month.personal ? `${month.personal}元` : "",
      STATUS[month.status] || month.status,
    ].map((cell) => element("td", {}, cell))));
  }
  const table = element("table", {}, element("thead", {}, head), body);
  return element("details", {}, element("summary", {}, "逐月明细"), element("div", { class: "scroll" }, table));
}

const STATUS = { paid: "已缴", arrears: "欠缴", deferred: "缓缴", refunded: "已退" };
