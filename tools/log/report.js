/* SPDX-License-Identifier: BSD-2-Clause */
/* The page is whole without this: it adds a theme switch, a filter, sorting, and lines where one clicks. */
"use strict";
(function () {
	var root = document.documentElement, tools = document.getElementById("tools");
	var filter = document.getElementById("filter"), dialog;

	tools.hidden = false;
	document.getElementById("theme").onclick = function () {
		var dark = root.dataset.theme ? root.dataset.theme === "dark"
			: matchMedia("(prefers-color-scheme: dark)").matches;

		root.dataset.theme = dark ? "light" : "dark";
	};

	/* Rows and columns whose words do not hold what is asked for go away; a column only if some do. */
	function columns(table, words) {
		var heads = Array.prototype.slice.call(table.querySelectorAll("th[data-s]"));
		var hits = heads.map(function (th) { return words && th.dataset.s.toLowerCase().indexOf(words) >= 0; });

		return hits.some(Boolean) ? hits : null;
	}

	function holds(el, words) {
		return el.dataset.f.toLowerCase().indexOf(words) >= 0;
	}

	filter.oninput = function () {
		var words = filter.value.trim().toLowerCase();

		document.querySelectorAll("table.map").forEach(function (table) {
			var hits = columns(table, words);

			table.querySelectorAll(".dim").forEach(function (td) { td.classList.remove("dim"); });
			table.querySelectorAll("tbody tr").forEach(function (tr) {
				var cells = tr.querySelectorAll("td:not(.why)");

				if (hits && cells.length === hits.length)
					hits.forEach(function (hit, i) { if (!hit) cells[i].classList.add("dim"); });
			});
		});
		/* Of silicon alone: all of it, where a sequence is asked for. */
		var silicon = document.querySelectorAll(".summary [data-f], .units [data-f]");
		var asked = Array.prototype.some.call(silicon, function (el) { return holds(el, words); });

		document.querySelectorAll("[data-f]").forEach(function (el) {
			var table = el.closest("table.map"), seen = holds(el, words);

			seen = seen || (table && columns(table, words)) || (!asked && el.closest(".summary, .units"));
			el.classList.toggle("hide", !seen);
		});
	};

	/* Sorting by a click, or Enter, on a head. */
	document.querySelectorAll("table.sortable").forEach(function (table) {
		table.querySelectorAll("thead th").forEach(function (th, column) {
			function key(tr) {
				var text = tr.children[column].textContent.trim();
				var number = parseFloat(text.replace(/^[^0-9.\-]+/, ""));

				return tr.children[column].classList.contains("n") && !isNaN(number) ? number : text;
			}
			function sort() {
				var up = th.getAttribute("aria-sort") !== "ascending", body = table.tBodies[0];

				table.querySelectorAll("thead th").forEach(function (other) { other.setAttribute("aria-sort", "none"); });
				th.setAttribute("aria-sort", up ? "ascending" : "descending");
				Array.prototype.slice.call(body.rows).sort(function (a, b) {
					var x = key(a), y = key(b);
					var order = typeof x === "number" && typeof y === "number" ? x - y
						: String(x).localeCompare(String(y));

					return up ? order : -order;
				}).forEach(function (tr) { body.appendChild(tr); });
			}
			th.tabIndex = 0;
			th.setAttribute("aria-sort", "none");
			th.onclick = sort;
			th.onkeydown = function (event) { if (event.key === "Enter") sort(); };
		});
	});

	/* Lines in a window of their own instead of a jump to the page's end. */
	document.addEventListener("click", function (event) {
		var link = event.target.closest("a[href^='#e']"), lines, close, words;

		if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement)
			return;
		lines = document.getElementById(link.getAttribute("href").slice(1));
		if (!lines)
			return;
		event.preventDefault();
		if (!dialog) {
			dialog = document.createElement("dialog");
			document.body.appendChild(dialog);
			dialog.addEventListener("click", function (e) { if (e.target === dialog) dialog.close(); });
		}
		dialog.textContent = "";
		close = document.createElement("form");
		close.method = "dialog";
		close.appendChild(document.createElement("button")).textContent = "Close";
		dialog.appendChild(close);
		words = document.createElement("p");
		words.textContent = link.parentNode.title || "";
		dialog.appendChild(words);
		Array.prototype.forEach.call(lines.children, function (child) { dialog.appendChild(child.cloneNode(true)); });
		dialog.showModal();
	});

	/* A link to something folded away unfolds it. */
	function unfold() {
		var at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));

		for (var el = at; el; el = el.parentElement)
			if (el.tagName === "DETAILS")
				el.open = true;
		if (at)
			at.scrollIntoView();
	}
	addEventListener("hashchange", unfold);
	unfold();
})();
