/* A map drawn from the site's own outlines: no tile, no third party.
 *
 *   <div data-module="territoires-map" data-module-outline="..." data-module-context="...">
 *
 * `outline`: address of the GeoJSON of the territory shown; `context`: of those drawn with it, each
 * a link to its page, or, with `picks`, the territory to add to the search of the form around.
 * `points`: address of GeoJSON points drawn as circles, the larger the greater their `weight`.
 * `draw`: id of the input that receives a box, as west,south,east,north; `box`: the present one.
 */
this.ckan.module('territoires-map', function () {
  'use strict';

  const FRANCE = [[41, -5.5], [51.5, 9.8]];

  function colour(name, otherwise) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || otherwise;
  }

  return {
    options: { outline: '', context: '', points: '', draw: '', box: '', picks: false },

    initialize: function () {
      const fold = this.el[0].closest('details');
      if (fold && !fold.open) {
        // A map made in a folded block has no size.
        fold.addEventListener('toggle', () => this._start(), { once: true });
      } else {
        this._start();
      }
    },

    _start: function () {
      if (this.map) { return; }
      const primary = colour('--bs-primary', '#206b82');
      this.styles = {
        context: { color: primary, weight: 1, opacity: 0.5, fillColor: primary, fillOpacity: 0.06 },
        outline: { color: primary, weight: 2.5, fillColor: primary, fillOpacity: 0.22 },
        point: { color: '#fff', weight: 1, fillColor: colour('--bs-danger', '#c22'), fillOpacity: 0.75 },
        over: { fillOpacity: 0.3, opacity: 1 },
        box: { color: colour('--bs-danger', '#c22'), weight: 2, dashArray: '6 4', fillOpacity: 0.08 }
      };
      this.map = L.map(this.el[0], {
        attributionControl: false, scrollWheelZoom: false, boxZoom: false, zoomSnap: 0.25, maxBoundsViscosity: 0.8
      });
      this.map.zoomControl.setPosition('topright');
      const titles = { in: this._('Zoom in'), out: this._('Zoom out') };
      for (const [side, title] of Object.entries(titles)) {
        const button = this.el[0].querySelector(`.leaflet-control-zoom-${side}`);
        button.title = title;
        button.setAttribute('aria-label', title);
      }
      this.map.fitBounds(FRANCE);
      const { context, outline, points, draw, box } = this.options;
      Promise.all([this._layer(context, 'context'), this._layer(outline, 'outline')])
        .then(([around, shown]) => this._frame(around, shown))
        .then(() => this._points(points));
      if (draw) { this._drawing(draw); }
      if (box) { this._box(box.split(',').map(Number)); }
    },

    _layer: function (address, kind) {
      if (!address) { return Promise.resolve(null); }
      return fetch(address)
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
        .then((collection) => L.geoJSON(collection, {
          style: this.styles[kind],
          interactive: kind === 'context',
          onEachFeature: (feature, layer) => { if (kind === 'context') { this._place(feature, layer); } }
        }).addTo(this.map))
        .catch(() => null);
    },

    _points: function (address) {
      if (!address) { return; }
      fetch(address)
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
        .then((collection) => {
          const most = Math.max(1, ...collection.features.map((feature) => feature.properties.weight));
          L.geoJSON(collection, {
            pointToLayer: (feature, place) => L.circleMarker(place, {
              ...this.styles.point, radius: 4 + 14 * Math.sqrt(Math.max(0, feature.properties.weight) / most)
            }),
            onEachFeature: (feature, layer) => {
              const label = document.createElement('span');
              label.textContent = `${feature.properties.name} : ${feature.properties.text}`;
              layer.bindTooltip(label);
              if (feature.properties.url) {
                layer.on('click', () => window.location.assign(feature.properties.url));
              }
              // The table of the page says the same.
              layer.on('add', () => layer.getElement()?.setAttribute('aria-hidden', 'true'));
            }
          }).addTo(this.map);
        })
        .catch(() => null);
    },

    _place: function (feature, layer) {
      layer.bindTooltip(feature.properties.name, { sticky: true });
      layer.on('mouseover', () => layer.setStyle(this.styles.over));
      layer.on('mouseout', () => layer.setStyle(this.styles.context));
      layer.on('click', () => {
        if (this.drawing) { return; }
        if (this.options.picks) { this._pick(feature.id); } else { window.location.assign(feature.properties.url); }
      });
      // The lists of the page are the keyboard's way to the same places.
      layer.on('add', () => {
        const path = layer.getElement && layer.getElement();
        if (path) { path.setAttribute('aria-hidden', 'true'); }
      });
    },

    _frame: function (around, shown) {
      const known = [shown, around].filter((layer) => layer && layer.getBounds().isValid());
      if (!known.length) { return; }
      const bounds = known[0].getBounds();
      // What is drawn with a territory is its parts, or, around it, its neighbours.
      const parts = known.length === 2 && bounds.pad(0.01).contains(around.getBounds());
      if (parts) { around.bringToFront(); } else if (shown) { shown.bringToFront(); }
      if (!this.options.box) {
        // Framed at once: a click on a map that still moves falls on another place.
        this.map.fitBounds(bounds.pad(known.length === 1 || parts ? 0.03 : 0.6), { animate: false });
      }
    },

    _pick: function (id) {
      const form = this.el[0].closest('form');
      form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'ext_territory', value: id }));
      form.requestSubmit();
    },

    _drawing: function (id) {
      this.input = document.getElementById(id);
      const button = Object.assign(document.createElement('button'), {
        type: 'button', className: 'btn btn-secondary btn-sm territoires-map__draw', textContent: this._('Draw a box')
      });
      this.el[0].before(button);
      button.addEventListener('click', () => {
        this.drawing = !this.drawing;
        this.corner = null;
        button.setAttribute('aria-pressed', String(this.drawing));
        this.el[0].classList.toggle('territoires-map--drawing', this.drawing);
      });
      this.map.on('click', (event) => this._cornerAt(event.latlng));
      this.map.on('mousemove', (event) => {
        if (this.corner) { this._rectangle(L.latLngBounds(this.corner, event.latlng)); }
      });
    },

    _cornerAt: function (point) {
      if (!this.drawing) { return; }
      if (!this.corner) { this.corner = point; return; }
      const bounds = L.latLngBounds(this.corner, point);
      const round = (number) => number.toFixed(4);
      this.input.value = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map(round).join(',');
      this.input.form.requestSubmit();
    },

    _rectangle: function (bounds) {
      if (this.rectangle) { this.rectangle.setBounds(bounds); } else {
        this.rectangle = L.rectangle(bounds, { ...this.styles.box, interactive: false }).addTo(this.map);
      }
    },

    _box: function ([west, south, east, north]) {
      const bounds = L.latLngBounds([south, west], [north, east]);
      if (!bounds.isValid()) { return; }
      this._rectangle(bounds);
      this.map.fitBounds(bounds.pad(0.3));
    }
  };
});
