/* The form of a project without a page for each line, and with a draft kept by itself. Both are
   done by buttons of the form without script. */
this.ckan.module('territoires-rows', function () {
  'use strict';

  return {
    options: { name: '' },

    initialize: function () {
      const field = this.el[0];
      const rows = field.querySelector('[data-rows]');
      const template = field.querySelector('template').innerHTML;
      // Never an index that was used, so that an error of the server stays with its line.
      let next = rows.children.length;
      field.querySelector('[data-add]').addEventListener('click', (event) => {
        event.preventDefault();
        rows.insertAdjacentHTML('beforeend', template.replaceAll('INDEX', String(next)));
        const row = rows.lastElementChild;
        next += 1;
        row.querySelector('[data-row-number]').textContent = String(rows.children.length);
        row.querySelector('input:not([type=hidden])').focus();
      });
    }
  };
});

this.ckan.module('territoires-draft', function () {
  'use strict';

  const PAUSE = 2500;

  return {
    options: { address: '' },

    initialize: function () {
      const form = this.el[0];
      const said = form.querySelector('[data-draft-said]');
      const token = form.querySelector('input[name=_csrf_token]') || form.querySelector('input[type=hidden]');
      let timer = null;
      let sending = false;
      const keep = () => {
        if (sending) { return; }
        const body = new FormData(form);
        body.delete('_action');
        fetch(this.options.address, { method: 'POST', body, headers: { 'X-CSRFToken': token ? token.value : '' } })
          .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
          .then((answer) => { said.textContent = answer.said; })
          .catch(() => { said.textContent = this._('The draft could not be kept'); });
      };
      form.addEventListener('input', () => {
        window.clearTimeout(timer);
        timer = window.setTimeout(keep, PAUSE);
      });
      form.addEventListener('submit', () => { sending = true; window.clearTimeout(timer); });
    }
  };
});
