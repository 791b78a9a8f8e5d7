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
				var copy = tr.children[column].cloneNode(true), text, number;

				copy.querySelectorAll("small").forEach(function (el) { el.remove(); });
				text = copy.textContent.trim();
				number = parseFloat(text.replace(/^[^0-9.\-]+/, ""));

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

	/* A window with what is known of a cell, and its lines instead of a jump to the page's end. */
	function show(title, lines) {
		var close = document.createElement("form"), words = document.createElement("p");

		if (!dialog) {
			dialog = document.createElement("dialog");
			document.body.appendChild(dialog);
			dialog.addEventListener("click", function (e) { if (e.target === dialog) dialog.close(); });
		}
		dialog.textContent = "";
		close.method = "dialog";
		close.appendChild(document.createElement("button")).textContent = "Close";
		dialog.appendChild(close);
		words.textContent = title;
		dialog.appendChild(words);
		if (lines)
			Array.prototype.forEach.call(lines.children, function (child) { dialog.appendChild(child.cloneNode(true)); });
		dialog.showModal();
	}

	/* From the overview to the same cell with numbers. */
	function follow(td) {
		var table = td.closest("table"), row = td.parentNode, cells = Array.prototype.slice.call(row.querySelectorAll("td"));
		var head = table.querySelectorAll("th[data-s]")[cells.indexOf(td)], details, to, same;

		if (!head)
			return;
		details = document.getElementById("t-" + head.dataset.s.split(".")[0]);
		to = Array.prototype.findIndex.call(details.querySelectorAll("th[data-s]"), function (th) {
			return th.dataset.s === head.dataset.s;
		});
		same = Array.prototype.filter.call(details.querySelectorAll("tr[data-f]"), function (tr) {
			return tr.dataset.f === row.dataset.f;
		});
		details.open = true;
		document.querySelectorAll(".here").forEach(function (el) { el.classList.remove("here"); });
		same.forEach(function (tr) {
			var cell = tr.querySelectorAll("td")[to];

			if (cell)
				cell.classList.add("here");
		});
		if (same[0])
			same[0].scrollIntoView({ block: "center" });
	}

	document.addEventListener("click", function (event) {
		var link = event.target.closest("a[href^='#e']"), td = event.target.closest(".full td[title]");
		var square = event.target.closest(".over td"), lines;

		if (event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement)
			return;
		if (square)
			follow(square);
		lines = link && document.getElementById(link.getAttribute("href").slice(1));
		if (!lines && (link || !td))
			return;
		event.preventDefault();
		show(td ? td.title : "", lines);
	});
	/* Cells whose lines are not in the page have no link; the keyboard gets there all the same. */
	document.querySelectorAll(".full td[title]").forEach(function (td) {
		if (!td.querySelector("a")) {
			td.tabIndex = 0;
			td.onkeydown = function (event) { if (event.key === "Enter") show(td.title, null); };
		}
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
