"use strict";
/* Tile layers in GCJ-02, the shifted datum of Chinese web maps. The data stay in WGS-84: the tiles are moved by the
   offset at the middle of the view, so that they and the data meet there to less than a pixel. */
PM.datum = (() => {
  const SEMI_MAJOR_M = 6378245.0;
  const ECCENTRICITY_SQUARED = 0.00669342162296594323;

  const waves = (t, middle, long) => 20 * Math.sin(Math.PI * t) + 40 * Math.sin(Math.PI * t / 3)
    + middle * Math.sin(Math.PI * t / 12) + long * Math.sin(Math.PI * t / 30);

  /* The formula of geodata/geometry/crs.py; a test holds both against each other. */
  const toGcj = ({ lat, lng }) => {
    const [x, y] = [lng - 105, lat - 35];
    const root = Math.sqrt(Math.abs(x));
    const ripple = 20 * Math.sin(6 * Math.PI * x) + 20 * Math.sin(2 * Math.PI * x);
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + (2 / 3) * (ripple + waves(x, 150, 300));
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (2 / 3) * (ripple + waves(y, 160, 320));
    const radians = lat * Math.PI / 180;
    const flattening = 1 - ECCENTRICITY_SQUARED * Math.sin(radians) ** 2;
    const meridian = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) / flattening ** 1.5;
    const parallel = SEMI_MAJOR_M / Math.sqrt(flattening) * Math.cos(radians);
    return L.latLng(lat + north / meridian * 180 / Math.PI, lng + east / parallel * 180 / Math.PI);
  };

  const shift = (layer) => {
    const bounds = layer._getTiledPixelBounds;
    const transform = layer._setZoomTransform;
    layer._getTiledPixelBounds = function (centre) { return bounds.call(this, toGcj(centre)); };
    layer._setZoomTransform = function (level, centre, zoom) {
      const map = this._map;
      transform.call(this, level, centre, zoom);
      const scale = map.getZoomScale(zoom, level.zoom);
      const away = map.project(centre, zoom).subtract(map.project(toGcj(centre), zoom));
      const place = level.origin.multiplyBy(scale).subtract(map._getNewPixelOrigin(centre, zoom)).add(away);
      L.DomUtil.setTransform(level.el, place, scale);
    };
    layer.on("add", () => layer._map.on("moveend", () => { if (layer._map) layer._setZoomTransforms(layer._map.getCenter(), layer._map.getZoom()); }));
  };

  const begin = () => {
    for (const name of Object.keys(window)) {
      if (name.startsWith("tile_layer_") && window[name].options.datum === "gcj02") shift(window[name]);
    }
  };

  return { begin, toGcj };
})();
