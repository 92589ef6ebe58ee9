/* Writing in a thread: a draft kept in this browser, names proposed after @. The preview in the
   page is htmx's. The form does without. */
this.ckan.module('territoires-thread-form', function () {
  'use strict';

  const PAUSE = 400;

  return {
    options: { project: '', people: '' },

    initialize: function () {
      const form = this.el[0];
      this.text = form.querySelector('[name=text]');
      this.list = form.querySelector('[data-people]');
      this.said = form.querySelector('[data-draft-said]');
      this.key = 'territoires-thread-' + this.options.project;
      // Typed while the page was still loading.
      if (this.text.value !== this.text.defaultValue) { this.keep(); } else { this.restore(form); }
      this.text.addEventListener('input', () => { this.keep(); this.propose(); });
      this.text.addEventListener('keydown', (event) => this.move(event));
      form.addEventListener('submit', () => this.send());
      form.addEventListener('htmx:afterRequest', (event) => this.unseen(event, form));
    },

    // What was typed and not sent, unless the server gives something back.
    restore: function (form) {
      const kept = this.store();
      if (kept && !this.text.value && !form.querySelector('.alert')) {
        this.text.value = kept;
        this.said.textContent = this._('Draft found again in this browser');
      }
    },

    store: function (value) {
      // A browser may refuse to keep anything.
      try {
        if (value === undefined) { return window.localStorage.getItem(this.key); }
        if (value) { window.localStorage.setItem(this.key, value); } else { window.localStorage.removeItem(this.key); }
      } catch (_error) { return null; }
      return value;
    },

    keep: function () {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        if (this.store(this.text.value) !== null) { this.said.textContent = this.text.value ? this._('Draft kept in this browser') : ''; }
      }, PAUSE);
    },

    // It leaves: the draft has done its work. The preview, which htmx asks for, sends nothing.
    send: function () {
      window.clearTimeout(this.timer);
      this.store('');
    },

    unseen: function (event, form) {
      if (!event.detail.successful) { form.querySelector('[data-preview]').textContent = this._('The preview could not be made'); }
    },

    // The word being typed, when it begins by @.
    word: function () {
      const before = this.text.value.slice(0, this.text.selectionStart);
      const found = /(^|[^\w@/.])@([a-z0-9_-]*)$/i.exec(before);
      return found ? { start: before.length - found[2].length, typed: found[2] } : null;
    },

    propose: function () {
      const word = this.word();
      window.clearTimeout(this.asking);
      if (!word || !this.options.people) { this.close(); return; }
      this.asking = window.setTimeout(() => {
        fetch(this.options.people + '?q=' + encodeURIComponent(word.typed))
          .then((answer) => (answer.ok ? answer.json() : []))
          .then((people) => this.show(people));
      }, PAUSE / 2);
    },

    show: function (people) {
      this.list.replaceChildren(...people.map((one) => {
        const item = document.createElement('li');
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = one.title + ' (@' + one.name + ')';
        button.addEventListener('click', () => this.take(one.name));
        button.addEventListener('keydown', (event) => this.move(event));
        item.append(button);
        return item;
      }));
      this.list.hidden = !people.length;
    },

    take: function (name) {
      const word = this.word();
      if (word) {
        const rest = this.text.value.slice(this.text.selectionStart);
        const start = this.text.value.slice(0, word.start) + name + ' ';
        this.text.value = start + rest.replace(/^ /, '');
        this.text.focus();
        this.text.setSelectionRange(start.length, start.length);
        this.keep();
      }
      this.close();
    },

    close: function () { this.list.hidden = true; this.list.replaceChildren(); },

    // Down enters the list, up and down move in it, Escape leaves it.
    move: function (event) {
      if (this.list.hidden) { return; }
      const buttons = Array.from(this.list.querySelectorAll('button'));
      const at = buttons.indexOf(document.activeElement);
      if (event.key === 'Escape') { this.close(); this.text.focus(); event.preventDefault(); }
      if (event.key === 'ArrowDown' && buttons.length) { buttons[Math.min(at + 1, buttons.length - 1)].focus(); event.preventDefault(); }
      if (event.key === 'ArrowUp' && at >= 0) { (buttons[at - 1] || this.text).focus(); event.preventDefault(); }
    }
  };
});
