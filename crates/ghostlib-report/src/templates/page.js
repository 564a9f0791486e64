"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  document.querySelectorAll("[data-script]").forEach((element) => (element.hidden = false));

  // The theme: as the system has it, light, dark.
  const themes = { system: "as the system", light: "light", dark: "dark" };
  const button = byId("theme");
  const keep = (value) => {
    // A page that is opened from a file may have no storage.
    try {
      if (value) localStorage.setItem("ghostlib-theme", value);
      return localStorage.getItem("ghostlib-theme");
    } catch {
      return value;
    }
  };
  const dress = (theme) => {
    const known = theme in themes ? theme : "system";
    document.documentElement.dataset.theme = known;
    button.querySelector("span").textContent = themes[known];
  };
  dress(keep());
  button.addEventListener("click", () => {
    const names = Object.keys(themes);
    const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
    keep(next);
    dress(next);
  });

  // The data: JSON, or its gzip where the browser cannot open it.
  byId("save").addEventListener("click", async () => {
    const text = byId("ghostlib-run").textContent;
    const packed = new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]);
    const can = typeof DecompressionStream === "function";
    const data = can ? await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).blob() : packed;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(data);
    link.download = can ? "ghostlib-run.json" : "ghostlib-run.json.gz";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });

  const store = byId("all-findings");
  if (!store) return;

  // With a script a browser leaves the list that stands in `noscript` as text: it is cut into its items, and only those
  // that are looked at become elements. Text of the run is escaped in it, so that no `<` of it can be taken for a tag.
  const PAGE = 50;
  const HEAD = /^<li id="(.*?)" class=".*?" data-p="(.*?)" data-v="(.*?)" data-a="(.*?)" data-r="(.*?)"/;
  const source = store.textContent;
  const items = source
    .slice(0, source.lastIndexOf("</li>") + 5)
    .split(/^(?=<li id=)/m)
    .slice(1)
    .map((html) => {
      const [, id, p, v, a, r] = html.match(HEAD);
      return { html, id, p, v, a: a.split(" "), r: r.split(" ") };
    });
  const entities = { lt: "<", gt: ">", quot: '"', amp: "&", "#x27": "'", "#x60": "`", "#x3D": "=" };
  const words = (item) =>
    (item.words ??= item.html
      .replace(/<[^>]*>/g, " ")
      .replace(/&(lt|gt|quot|amp|#x27|#x60|#x3D);/g, (_, name) => entities[name])
      .toLowerCase());

  const filter = byId("filter");
  const list = byId("list");
  const more = byId("more");
  let found = items;
  let nShown = 0;
  let pinned = null;

  const number = (n) => n.toLocaleString("en");
  const show = () => {
    const next = found.slice(nShown, nShown + PAGE);
    list.insertAdjacentHTML("beforeend", next.map((item) => item.html).join(""));
    nShown += next.length;
    more.hidden = nShown >= found.length;
    more.textContent = `Show ${number(Math.min(PAGE, found.length - nShown))} more`;
    const chosen = found.length === items.length ? "" : `, of ${number(items.length)} in all`;
    const shown = nShown < found.length ? `The first ${number(nShown)} of ${number(found.length)}` : number(found.length);
    byId("shown").textContent = `${shown} ${found.length === 1 ? "finding" : "findings"}${chosen}.`;
  };
  const choose = () => {
    const chosen = new FormData(filter);
    const priorities = new Set(chosen.getAll("priority"));
    const [verdict, requirement, attempt] = ["verdict", "requirement", "attempt"].map((name) => chosen.get(name));
    const wanted = chosen.get("words").toLowerCase().split(/\s+/).filter(Boolean);
    found = items.filter(
      (item) =>
        priorities.has(item.p) &&
        (!verdict || item.v === verdict) &&
        (!requirement || item.r.includes(requirement)) &&
        (!attempt || item.a.includes(attempt)) &&
        wanted.every((word) => words(item).includes(word)),
    );
    if (pinned) found = [pinned, ...found.filter((item) => item !== pinned)];
    list.replaceChildren();
    nShown = 0;
    show();
  };

  /** Puts the finding that a link leads to first, and unfolds it. */
  const visit = (id) => {
    const item = items.find((one) => one.id === id);
    if (!item) return false;
    pinned = item;
    choose();
    const first = list.querySelector("details");
    first.open = true;
    first.querySelector("summary").focus();
    first.scrollIntoView({ block: "start" });
    return true;
  };

  const changed = () => {
    pinned = null;
    choose();
  };
  filter.addEventListener("input", changed);
  filter.addEventListener("reset", () => setTimeout(changed));
  filter.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => {
    const n = nShown;
    show();
    list.children[n]?.querySelector("summary").focus();
  });
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll(":scope > li > details > summary")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(to, all.length - 1))].focus();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    if (link.dataset.attempt) {
      filter.reset();
      filter.elements.attempt.value = link.dataset.attempt;
      setTimeout(changed);
    } else if (visit(link.hash.slice(1))) {
      event.preventDefault();
      history.pushState(null, "", link.hash);
    }
  });
  addEventListener("popstate", () => visit(location.hash.slice(1)));
  if (!visit(location.hash.slice(1))) choose();
})();
