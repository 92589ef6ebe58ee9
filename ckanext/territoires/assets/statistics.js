/* A box that leaves, of the indicators to choose, those whose name holds what is typed. */
this.ckan.module('territoires-statistics', function () {
  'use strict';

  const folded = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

  return {
    initialize: function () {
      const form = this.el[0];
      const frame = form.querySelector('.territoires-statistics-form__filter');
      const box = frame.querySelector('input');
      const status = frame.querySelector('[role=status]');
      const themes = [...form.querySelectorAll('#indicators details')];
      const opened = new Map(themes.map((theme) => [theme, theme.open]));
      frame.hidden = false;

      const filter = () => {
        const words = folded(box.value).split(/\s+/).filter(Boolean);
        let found = 0;
        themes.forEach((theme) => {
          const lines = [...theme.querySelectorAll('li')];
          const title = folded(theme.querySelector('summary').textContent);
          lines.forEach((line) => {
            const text = `${title} ${folded(line.textContent)}`;
            line.hidden = !words.every((word) => text.includes(word));
          });
          const left = lines.filter((line) => !line.hidden).length;
          found += left;
          theme.hidden = !left;
          theme.open = words.length ? left > 0 : opened.get(theme);
        });
        status.textContent = words.length
          ? this.ngettext('%(num)d indicator found', '%(num)d indicators found', found)
          : '';
      };
      box.addEventListener('input', filter);
      // Enter in this box would send the whole form.
      box.addEventListener('keydown', (event) => {
        if (event.key === 'Enter') { event.preventDefault(); }
      });
    }
  };
});
