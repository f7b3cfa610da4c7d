// Leads back when the chat came here itself; when the chat opened the page and all is well, closes it.
const SECONDS_TO_READ = 2;
const RETURN = "wenbao.return"; // kept in this tab by the chat before it left

function wayBack() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(RETURN));
    sessionStorage.removeItem(RETURN);
    return /^\/chat(\?[\w=&%.-]*)?$/.test(kept) ? kept : null;
  } catch {
    return null;
  }
}

const way = wayBack();
if (way) {
  const back = document.getElementById("back");
  back.querySelector("a").href = way;
  back.hidden = false;
} else if (window.opener && !document.querySelector("[role=alert]"))
  setTimeout(() => window.close(), SECONDS_TO_READ * 1000);
