/* Give a name and the keyboard to the controls that CKAN's scripts leave without. */
(function () {
  "use strict";

  const page = document.documentElement.dataset;

  function nameCombobox(box) {
    const field = box.closest(".select2-container")?.previousElementSibling;
    const label = field?.labels?.[0] || (field?.id && document.querySelector(`label[for="${field.id}"]`));
    const name = label?.textContent.trim().replace(/^\*\s*|\s*:$/g, "");
    if (!name) return;
    if (!box.hasAttribute("aria-labelledby")) box.setAttribute("aria-label", name);
    const search = box.querySelector(".select2-search__field");
    search?.setAttribute("aria-label", name);
    search?.removeAttribute("role");
  }

  function nameArrow(icon) {
    const link = icon.closest("a");
    const next = icon.classList.contains("fa-chevron-right");
    link.setAttribute("aria-label", next ? page.nextPage : page.previousPage);
  }

  function makeButton(link) {
    link.setAttribute("role", "button");
    link.setAttribute("tabindex", "0");
    link.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      link.click();
    });
  }

  function each(root, selector, action) {
    root.querySelectorAll(selector).forEach(action);
  }

  function complete(root) {
    each(root, ".select2-selection[role=combobox]", nameCombobox);
    each(root, ".page-link > .fa-chevron-right, .page-link > .fa-chevron-left", nameArrow);
    each(root, "a.btn:not([href]):not([role]), a.hide-filters:not([href]):not([role])", makeButton);
  }

  // CKAN's modules start once its translations have come, and htmx brings parts of pages later.
  new MutationObserver(function (changes) {
    if (changes.some((change) => change.addedNodes.length)) complete(document);
  }).observe(document.body, { childList: true, subtree: true });
  complete(document);
})();
