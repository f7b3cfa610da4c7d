// The desk's field: Ctrl+Enter sends; what was sent leaves it, what was typed since stays.
(() => {
  const form = document.getElementById("say");
  if (!form) return;
  const field = () => document.getElementById("reply");
  const refused = document.getElementById("refused");
  let sent = "";

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  form.addEventListener("htmx:beforeRequest", () => {
    sent = field().value;
    refused.hidden = true;
  });

  form.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) {
      const typed = field().value;
      field().value = typed.startsWith(sent) ? typed.slice(sent.length) : typed;
    } else {
      const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
      const why = page.querySelector("[role=alert]");
      refused.textContent = why ? why.textContent : refused.dataset.unsent;
      refused.hidden = false;
    }
    field().focus();
  });
})();
