/* The search form sends itself as soon as a territory is chosen or the order changes. */
this.ckan.module('territoires-search-form', function () {
  'use strict';

  return {
    initialize: function () {
      const form = this.el[0];
      form.addEventListener('territory:chosen', (event) => {
        event.preventDefault();
        event.target.value = event.detail.id;
        form.requestSubmit();
      });
      const order = form.querySelector('[name=sort]');
      order.addEventListener('change', () => form.requestSubmit());
      order.nextElementSibling.hidden = true;
    }
  };
});
