"use strict";
// Look-up, sorting and filters: all that a page needs beyond its text, which stands without them.
(() => {
  const root = document.body.dataset.root;
  const language = document.body.dataset.language;
  const MOST = 12;

  const plain = (text) =>
    text.normalize("NFKC").toLowerCase().replace(/[\s'’·]+/g, "").replace(/ü/g, "v");

  // --- look-up ---------------------------------------------------------------------------------------------------
  const input = document.getElementById("lookup");
  const list = document.getElementById("found");
  const status = document.getElementById("found-count");
  let index = null;
  let chosen = -1;

  // [code, kind, name_zh, name_en, above_zh, above_en, other texts]
  const prepared = (places) =>
    places.map((place) => ({
      place,
      names: [place[2], place[3], place[0], ...place[6].split("|")].filter(Boolean).map(plain),
    }));

  const load = () =>
    new Promise((resolve) => {
      if (index) return resolve();
      const done = () => {
        index = prepared(window.places);
        resolve();
      };
      if (window.places) return done();
      const script = document.createElement("script");
      script.src = root + "assets/lookup.js";
      script.onload = done;
      document.head.append(script);
    });

  // 0 the whole text, 1 its beginning, 2 somewhere inside; initials and codes only from their beginning.
  const distance = (entry, query) => {
    let best = 9;
    for (const name of entry.names) {
      const at = name.indexOf(query);
      if (at < 0) continue;
      const found = at === 0 ? (name.length === query.length ? 0 : 1) : 2;
      if (found === 2 && (query.length < 2 || /^[a-z0-9]*$/.test(query)) && !/[a-z]{4}/.test(query)) continue;
      if (found < best) best = found;
      if (best === 0) break;
    }
    return best;
  };

  const search = (text) => {
    const query = plain(text);
    if (!query) return [];
    const hits = [];
    for (const entry of index) {
      const far = distance(entry, query);
      if (far < 9) hits.push([far, entry.place[1] === "r" ? 0 : 1, entry.place[0], entry.place]);
    }
    hits.sort((a, b) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : 1));
    return hits.map((hit) => hit[3]);
  };

  const address = (place) => `${root}${language}/${place[1] === "r" ? "region" : "unit"}/${place[0]}.html`;

  const choose = (position) => {
    const items = list.children;
    if (!items.length) return;
    chosen = (position + items.length) % items.length;
    [...items].forEach((item, at) => item.setAttribute("aria-selected", at === chosen ? "true" : "false"));
    input.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  };

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    chosen = -1;
  };

  const show = () => {
    const hits = search(input.value);
    list.replaceChildren(
      ...hits.slice(0, MOST).map((place, at) => {
        const item = document.createElement("li");
        item.id = `found-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.address = address(place);
        const name = document.createElement("span");
        name.textContent = language === "zh" ? place[2] : place[3];
        const where = document.createElement("small");
        where.textContent = ` ${place[language === "zh" ? 4 : 5]} ${place[0]}`;
        item.append(name, where);
        return item;
      }),
    );
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    const open = hits.length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", open ? "true" : "false");
    status.textContent = !input.value.trim()
      ? ""
      : open
        ? status.dataset.some.replace("%n", hits.length)
        : status.dataset.none;
  };

  if (input) {
    input.addEventListener("focus", load);
    input.addEventListener("input", () => load().then(show));
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
      } else if (event.key === "Escape") {
        close();
      } else if (event.key === "Enter" && !list.hidden && list.children.length) {
        event.preventDefault();
        window.location.href = list.children[Math.max(chosen, 0)].dataset.address;
      }
    });
    list.addEventListener("mousedown", (event) => {
      const item = event.target.closest("li");
      if (item) window.location.href = item.dataset.address;
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
  }

  // --- sorting ---------------------------------------------------------------------------------------------------
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const given = cell.dataset.value ?? cell.textContent.trim().replace(/,/g, "").replace("−", "-");
    const number = Number(given);
    return given !== "" && !Number.isNaN(number) ? number : given;
  };

  const compare = (a, b) => {
    const numbers = typeof a === "number" && typeof b === "number";
    if (numbers) return a - b;
    if (typeof a === "number") return -1;
    if (typeof b === "number") return 1;
    return a.localeCompare(b, language === "zh" ? "zh-CN" : "en");
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const ascending = head.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [valueOf(row, column), row]);
        rows.sort((a, b) => (ascending ? compare(a[0], b[0]) : compare(b[0], a[0])));
        body.append(...rows.map((pair) => pair[1]));
      });
    });
  }

  // --- filters ---------------------------------------------------------------------------------------------------
  const filters = document.querySelector(".filters");
  if (filters) {
    filters.hidden = false;
    const region = document.getElementById("filter-region");
    const name = document.getElementById("filter-name");
    const count = document.getElementById("filter-count");
    const rows = [...document.querySelector("#ranking").tBodies[0].rows];
    const narrow = () => {
      const wanted = plain(name.value);
      let shown = 0;
      for (const row of rows) {
        const fits =
          (!region.value || row.dataset.region === region.value) &&
          (!wanted || plain(row.cells[1].textContent).includes(wanted));
        row.hidden = !fits;
        shown += fits;
      }
      count.textContent = count.dataset.text.replace("%n", shown);
    };
    region.addEventListener("change", narrow);
    name.addEventListener("input", narrow);
  }
})();
