/* A box that proposes territories while one types: an ARIA 1.2 combobox with a list.
 *
 *   <input name="q" data-module="territory-typeahead" data-module-navigate="true">
 *     a choice opens the page of the territory; Enter without a choice sends the form.
 *   <input name="territory" data-module="territory-typeahead" data-module-fill="true">
 *     a choice fills the field with one territory; the identifier is what is sent.
 *   <textarea name="territory" data-module="territory-typeahead" data-module-multiple="true">
 *     several territories, as chips; the text area, hidden, keeps one to a line and is what is
 *     sent. A list pasted from a spreadsheet is read by the server at once.
 *
 * Other options: `limit` (8), `level`, `within` (identifier: only what lies there), `prefer`
 * (identifier: what lies there comes first). Emits the event `territory:chosen` on its element,
 * with the territory as `detail`, in every mode. Without script the field is typed in.
 */
this.ckan.module('territory-typeahead', function () {
  'use strict';

  const IDENTIFIER = /^((?:custom|country):[a-z0-9-]+|[a-z-]+:[a-z]+:[0-9a-z-]+)(?:@\S+)?(?:\s+(.*))?$/i;
  const LIST = /[\n\t;|]|\d{4,}[\s,]+\d{4,}/;
  const FOLDED_ABOVE = 12;
  const DEBOUNCE = 150;
  let count = 0;

  function element(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(name, value === true ? '' : value);
      }
    }
    node.append(...children);
    return node;
  }

  function request(name, data, signal) {
    const field = document.querySelector('meta[name=csrf_field_name]');
    const token = field && document.querySelector(`meta[name="${field.content}"]`);
    const root = window.ckan.LOCALE_ROOT || '';
    const url = `${root}/api/3/action/${name}`;
    const options = { signal, headers: {} };
    let asked = url;
    if (data.text) {
      options.method = 'POST';
      options.headers['Content-Type'] = 'application/json';
      if (token) { options.headers['X-CSRFToken'] = token.content; }
      options.body = JSON.stringify(data);
    } else {
      asked = `${url}?${new URLSearchParams(data)}`;
    }
    return fetch(asked, options)
      .then((answer) => answer.json())
      .then((answer) => (answer.success ? answer.result : Promise.reject(answer.error)));
  }

  return {
    options: { navigate: false, fill: false, multiple: false, limit: 8, level: '', within: '', prefer: '' },

    initialize: function () {
      this.field = this.el[0];
      this.key = `territory-typeahead-${++count}`;
      this.found = [];
      this.active = -1;
      this.input = this._box();
      this._dress();
      if (this.options.multiple) { this._openChips(); }
      if (this.options.fill) { this._openFill(); }
      this._listen();
    },

    /* The box in which one types: the field itself, or one that stands for it. */
    _box: function () {
      const field = this.field;
      if (this.options.navigate) { return field; }
      const box = element('input', { type: 'text', class: 'form-control', id: field.id });
      for (const name of ['aria-describedby', 'aria-invalid', 'aria-label']) {
        if (field.hasAttribute(name)) { box.setAttribute(name, field.getAttribute(name)); }
      }
      box.placeholder = this.options.multiple
        ? this._('Add a territory: a name, a code, a pasted list')
        : field.placeholder;
      field.id = `${field.id}-value`;
      field.hidden = true;
      field.removeAttribute('aria-describedby');
      field.after(box);
      return box;
    },

    _dress: function () {
      const input = this.input;
      const frame = element('div', { class: 'territoires-combobox' });
      input.before(frame);
      this.list = element('ul', {
        class: 'territoires-typeahead', role: 'listbox', id: `${this.key}-list`,
        'aria-label': this._('Territories'), hidden: true
      });
      this.status = element('p', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
      frame.append(input, this.list, this.status);
      for (const [name, value] of Object.entries({
        role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false',
        'aria-controls': this.list.id, autocomplete: 'off', spellcheck: 'false'
      })) { input.setAttribute(name, value); }
    },

    _listen: function () {
      const input = this.input;
      input.addEventListener('input', () => this._later());
      input.addEventListener('keydown', (event) => this._key(event));
      input.addEventListener('blur', () => setTimeout(() => this._leave(), 150));
      input.addEventListener('paste', (event) => this._paste(event));
      // The press must not take the focus away from the box before the click is known.
      this.list.addEventListener('mousedown', (event) => event.preventDefault());
      this.list.addEventListener('click', (event) => {
        const option = event.target.closest('[role=option]');
        if (option) { this._choose(this.found[Number(option.dataset.rank)]); }
      });
    },

    _later: function () {
      clearTimeout(this.timer);
      if (this.options.fill) { this.field.value = this.input.value; }
      this.timer = setTimeout(() => this._search(), DEBOUNCE);
    },

    _search: function () {
      const q = this.input.value.trim();
      if (this.flying) { this.flying.abort(); }
      if (q.length < 2) { this._close(); return; }
      this.flying = new AbortController();
      const ask = (within) => request('territoires_territory_autocomplete', {
        q, limit: this.options.limit,
        ...(this.options.level ? { level: this.options.level } : {}),
        ...(within ? { within } : {})
      }, this.flying.signal);
      const { within, prefer } = this.options;
      const asked = within || !prefer ? [ask(within)] : [ask(prefer), ask('')];
      Promise.all(asked)
        .then((answers) => this._show(this._merged(answers)))
        .catch((error) => { if (error.name !== 'AbortError') { this._close(); } });
    },

    _merged: function (answers) {
      const known = new Map();
      answers.flat().forEach((territory) => {
        if (!known.has(territory.id)) { known.set(territory.id, territory); }
      });
      return [...known.values()].slice(0, this.options.limit);
    },

    _show: function (territories) {
      this.found = territories;
      this.active = -1;
      this.list.replaceChildren(...territories.map((territory, rank) => {
        const former = territory.match === 'former' ? ` (${territory.matched})` : '';
        return element('li', {
          class: 'territoires-typeahead__option', role: 'option', id: `${this.key}-${rank}`,
          'aria-selected': 'false', 'data-rank': rank
        }, territory.name + former, ' ', element('span', { class: 'territoires-typeahead__where' }, territory.where));
      }));
      this.list.hidden = !territories.length;
      this.input.setAttribute('aria-expanded', String(Boolean(territories.length)));
      this.input.removeAttribute('aria-activedescendant');
      this._say(territories.length
        ? this.ngettext('%(num)d territory proposed', '%(num)d territories proposed', territories.length)
        : this._('No territory of this name'));
    },

    _close: function () {
      this.list.hidden = true;
      this.active = -1;
      this.input.setAttribute('aria-expanded', 'false');
      this.input.removeAttribute('aria-activedescendant');
    },

    _leave: function () {
      if (document.activeElement !== this.input) { this._close(); }
    },

    _say: function (message) { this.status.textContent = message; },

    _key: function (event) {
      const open = !this.list.hidden;
      const last = this.found.length - 1;
      const moves = {
        ArrowDown: () => (this.active >= last ? 0 : this.active + 1),
        ArrowUp: () => (this.active <= 0 ? last : this.active - 1)
      };
      if (moves[event.key]) {
        event.preventDefault();
        if (open) { this._activate(moves[event.key]()); } else { this._search(); }
      } else if (event.key === 'Escape' && open) {
        event.preventDefault();
        this._close();
      } else if (event.key === 'Enter') {
        this._enter(event, open);
      } else if (event.key === 'Backspace' && this.options.multiple && !this.input.value) {
        this._drop(this.lines.length - 1);
      }
    },

    _enter: function (event, open) {
      if (open && this.active >= 0) {
        event.preventDefault();
        this._choose(this.found[this.active]);
      } else if (!this.options.navigate && this.input.value.trim()) {
        event.preventDefault();
        if (this.options.multiple) { this._read(this.input.value); }
        else if (open && this.found.length) { this._choose(this.found[0]); }
      } else if (this.options.multiple) {
        event.preventDefault();
      }
    },

    _activate: function (rank) {
      const options = this.list.children;
      if (options[this.active]) { options[this.active].setAttribute('aria-selected', 'false'); }
      this.active = rank;
      options[rank].setAttribute('aria-selected', 'true');
      options[rank].scrollIntoView({ block: 'nearest' });
      this.input.setAttribute('aria-activedescendant', options[rank].id);
    },

    _choose: function (territory) {
      this._close();
      const chosen = new CustomEvent('territory:chosen', { bubbles: true, cancelable: true, detail: territory });
      if (!this.field.dispatchEvent(chosen)) { return; }
      if (this.options.navigate) {
        window.location.assign((window.ckan.LOCALE_ROOT || '') + territory.path);
      } else if (this.options.fill) {
        this.field.value = territory.id;
        this.input.value = `${territory.name}, ${territory.where}`;
        this._say(this.input.value);
      } else {
        this.input.value = '';
        this._add([{ id: territory.id, label: `${territory.name}, ${territory.where}` }]);
        this.input.focus();
      }
    },

    _openFill: function () {
      const given = this.field.value.match(IDENTIFIER);
      this.input.value = given && given[2] ? given[2] : this.field.value;
      if (given) { this.field.value = given[1]; }
    },

    /* Several: the lines of the text area, shown as chips. A line is {id, label} or {text}. */
    _openChips: function () {
      this.chips = element('ul', { class: 'territoires-tags territoires-chips', 'aria-label': this._('Territories chosen') });
      this.fold = element('div', { class: 'territoires-chips__fold', hidden: true });
      this.notes = element('div', { class: 'territoires-chips__notes', 'aria-live': 'polite' });
      const frame = this.input.parentNode;
      frame.before(this.fold, this.chips);
      frame.after(this.notes);
      this.lines = this._parse(this.field.value);
      this._draw();
      if (this.lines.length) { this._check(); }
    },

    _parse: function (text) {
      return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => {
        const known = line.match(IDENTIFIER);
        return known ? { id: known[1], label: known[2] || known[1] } : { text: line };
      });
    },

    _paste: function (event) {
      if (!this.options.multiple) { return; }
      const text = (event.clipboardData || window.clipboardData).getData('text');
      if (!LIST.test(text.trim())) { return; }
      event.preventDefault();
      this._read(text);
    },

    _add: function (lines) {
      const known = new Set(this.lines.map((line) => line.id || line.text));
      const added = lines.filter((line) => !known.has(line.id || line.text));
      this.lines.push(...added);
      this._draw();
      this._say(this.ngettext('%(num)d territory added', '%(num)d territories added', added.length));
      this._check();
    },

    _drop: function (rank) {
      const [gone] = this.lines.splice(rank, 1);
      if (!gone) { return; }
      this._draw();
      this._say(this._('Removed: %(name)s', { name: gone.label || gone.text }));
      this.input.focus();
      this._check();
    },

    /* What was typed or pasted is read by the server; what it does not understand stays, marked. */
    _read: function (text) {
      this._close();
      this.input.value = '';
      this.input.setAttribute('aria-busy', 'true');
      request('territoires_coverage_read', { text })
        .then((answer) => this._add([
          ...answer.territories.map((t) => ({ id: t.id, label: `${t.name}, ${t.where}` })),
          ...answer.left.map((left) => ({ text: left }))
        ]))
        .catch(() => this._add([{ text }]))
        .finally(() => this.input.removeAttribute('aria-busy'));
    },

    _check: function () {
      const text = this.lines.map((line) => line.id || line.text).join('\n');
      if (!text) { this.notes.replaceChildren(); return; }
      request('territoires_coverage_read', { text }).then((answer) => {
        const left = new Set(answer.left);
        const before = this.lines.length;
        const read = new Map(answer.territories.map((t) => [t.id, `${t.name}, ${t.where}`]));
        // A line that was typed without script, or that came back from a refused form.
        const texts = this.lines.filter((line) => line.text && !left.has(line.text));
        if (texts.length) {
          this.lines = [
            ...[...read].map(([id, label]) => ({ id, label })),
            ...answer.left.map((text) => ({ text }))
          ];
        } else {
          this.lines.forEach((line) => { if (line.id && read.has(line.id)) { line.label = read.get(line.id); } });
        }
        if (texts.length || before <= FOLDED_ABOVE) { this._draw(); }
        this._advise(answer);
      }).catch(() => this.notes.replaceChildren());
    },

    _advise: function (answer) {
      const note = (text, kind) => element('p', { class: `territoires-chips__note territoires-chips__note--${kind}` }, text);
      this.notes.replaceChildren(
        ...answer.problems.map((text) => note(text, 'problem')),
        ...answer.remarks.map((text) => note(text, 'remark')),
        ...answer.simpler.map((proposal) => {
          const button = element('button', { type: 'button', class: 'btn btn-secondary btn-sm' },
            this._('Replace with %(name)s', { name: proposal.territory.name }));
          button.addEventListener('click', () => this._simplify(proposal));
          return element('p', {}, button);
        })
      );
    },

    _simplify: function (proposal) {
      const members = new Set(proposal.members);
      this.lines = this.lines.filter((line) => !members.has(line.id));
      const { id, name, where } = proposal.territory;
      this._add([{ id, label: `${name}, ${where}` }]);
      this.input.focus();
    },

    _draw: function () {
      this.field.value = this.lines.map((line) => (line.id ? `${line.id} ${line.label}` : line.text)).join('\n');
      const many = this.lines.length > FOLDED_ABOVE;
      if (!many) { this.unfolded = false; }
      this.chips.hidden = many && !this.unfolded;
      this.chips.replaceChildren(...(this.chips.hidden ? [] : this.lines.map((line, rank) => this._chip(line, rank))));
      this._drawFold(many);
    },

    _chip: function (line, rank) {
      const name = line.label || line.text;
      const wrong = line.text ? ' territoires-tag--unknown' : '';
      const button = element('button', {
        type: 'button', class: `territoires-tag territoires-tag--remove${wrong}`,
        'aria-label': this._('Remove %(name)s', { name })
      }, name);
      button.addEventListener('click', () => this._drop(rank));
      return element('li', {}, button);
    },

    _drawFold: function (many) {
      this.fold.hidden = !many;
      if (!many) { this.fold.replaceChildren(); return; }
      const toggle = element('button', { type: 'button', class: 'btn btn-link btn-sm', 'aria-expanded': String(Boolean(this.unfolded)) },
        this.unfolded ? this._('Hide the list') : this._('Show the list'));
      toggle.addEventListener('click', () => { this.unfolded = !this.unfolded; this._draw(); this.fold.querySelector('button').focus(); });
      const clear = element('button', { type: 'button', class: 'btn btn-link btn-sm' }, this._('Remove all'));
      clear.addEventListener('click', () => { this.lines = []; this._draw(); this._check(); this.input.focus(); });
      this.fold.replaceChildren(element('strong', {}, this._summary()), ' ', toggle, clear);
    },

    _summary: function () {
      const number = (n) => n.toLocaleString(document.documentElement.lang || 'fr');
      const communes = this.lines.filter((line) => line.id && line.id.includes(':commune:')).length;
      const others = this.lines.filter((line) => line.id).length - communes;
      const left = this.lines.length - communes - others;
      return [
        communes && this._('%(count)s communes', { count: number(communes) }),
        others && this._('%(count)s other territories', { count: number(others) }),
        left && this._('%(count)s to correct', { count: number(left) })
      ].filter(Boolean).join(', ');
    }
  };
});
