/* The reason for a restricted access is asked only when the access is restricted. */
this.ckan.module('territoires-access-reason', function () {
  'use strict';

  return {
    initialize: function () {
      const block = this.el[0];
      const levels = [...document.querySelectorAll('input[name=access_level]')];
      const follow = () => {
        const chosen = levels.find((level) => level.checked);
        block.hidden = Boolean(chosen) && chosen.value === 'public';
      };
      levels.forEach((level) => level.addEventListener('change', follow));
      follow();
    }
  };
});
