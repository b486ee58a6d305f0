"use strict";
/* Where labels and rings stand at one zoom: nothing overlaps, the same data gives the same picture.
   Boxes are {x, y, w, h} around their centre, in pixels. */
PM.layout = (() => {
  const GAP = 3;
  const REACH = 112;
  const LABEL_REACH = 230;

  const overlaps = (a, b, gap = GAP) =>
    Math.abs(a.x - b.x) * 2 < a.w + b.w + 2 * gap && Math.abs(a.y - b.y) * 2 < a.h + b.h + 2 * gap;

  const offsets = (reach, step) => {
    const found = [];
    for (let y = -reach; y <= reach; y += step) {
      for (let x = -reach; x <= reach; x += step) {
        const distance = Math.hypot(x, y);
        if (distance <= reach) found.push({ x, y, distance });
      }
    }
    return found.sort((a, b) => a.distance - b.distance || a.y - b.y || a.x - b.x);
  };
  const NEAR = offsets(REACH, 4);
  const WIDE = offsets(LABEL_REACH, 10);

  /* Whose ground a pixel is: districts painted in numbered colours on a small canvas. */
  const mask = (shapes, frame) => {
    const cell = 4;
    const [width, height] = [Math.ceil(frame.w / cell), Math.ceil(frame.h / cell)];
    if (width * height > 4e6) return { at: (x, y, own) => own, share: () => Infinity };
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const codes = shapes.map((shape) => shape.adcode);
    shapes.forEach((shape, index) => {
      pen.fillStyle = `rgb(${(index + 1) * 8},0,0)`;
      pen.beginPath();
      for (const ring of shape.rings) {
        ring.forEach((point, at) => pen[at ? "lineTo" : "moveTo"]((point.x - frame.x) / cell, (point.y - frame.y) / cell));
        pen.closePath();
      }
      pen.fill("evenodd");
    });
    const pixels = pen.getImageData(0, 0, width, height).data;
    const counts = new Map();
    for (let i = 0; i < pixels.length; i += 4) {
      const code = pixels[i + 3] === 255 ? codes[pixels[i] / 8 - 1] : undefined;
      if (code) counts.set(code, (counts.get(code) || 0) + cell * cell);
    }
    const at = (x, y) => {
      const [column, row] = [Math.floor((x - frame.x) / cell), Math.floor((y - frame.y) / cell)];
      if (column < 0 || row < 0 || column >= width || row >= height) return null;
      const offset = (row * width + column) * 4;
      return pixels[offset + 3] === 255 ? codes[pixels[offset] / 8 - 1] || null : null;
    };
    return { at, share: (code) => counts.get(code) || 0 };
  };

  const inside = (box, frame) => box.x - box.w / 2 >= frame.x && box.x + box.w / 2 <= frame.x + frame.w
    && box.y - box.h / 2 >= frame.y && box.y + box.h / 2 <= frame.y + frame.h;

  const labelCost = (box, label, anchors, ground, distance, limit) => {
    let cost = distance * 0.35;
    for (const anchor of anchors) {
      if (overlaps(box, anchor, 0)) cost += anchor.cost;
      if (cost >= limit) return cost;
    }
    for (let i = -2; i <= 2; i += 1) {
      for (let j = -1; j <= 1; j += 1) {
        const owner = ground.at(box.x + i * box.w / 4, box.y + j * box.h / 2, label.adcode);
        if (owner !== label.adcode) cost += owner ? 45 : 6;
      }
    }
    return cost;
  };

  /* District labels: near their district's middle, off the parks and off other districts. */
  const placeLabels = (labels, anchors, ground, frame, obstacles) => {
    const placed = [];
    for (const label of labels) {
      let best = null;
      const reach = { x: label.x, y: label.y, w: label.w + 2 * LABEL_REACH, h: label.h + 2 * LABEL_REACH };
      const near = anchors.filter((anchor) => overlaps(anchor, reach, 0));
      for (const offset of WIDE) {
        if (best && offset.distance * 0.35 >= best.cost) break;
        const box = { x: label.x + offset.x, y: label.y + offset.y, w: label.w, h: label.h };
        if (!inside(box, frame) || [...placed, ...obstacles].some((other) => overlaps(box, other))) continue;
        const cost = labelCost(box, label, near, ground, offset.distance, best ? best.cost : Infinity);
        if (!best || cost < best.cost) best = { ...box, cost };
      }
      placed.push({ ...(best || { x: label.x, y: label.y, w: label.w, h: label.h }), key: label.adcode });
    }
    return placed;
  };

  const nearestFree = (ring, blocked, ground) => {
    let best = null;
    for (const offset of NEAR) {
      if (best && offset.distance >= best.cost) break;
      const box = { x: ring.x + offset.x, y: ring.y + offset.y, w: ring.size, h: ring.size };
      if (blocked.some((other) => overlaps(box, other))) continue;
      const owner = ground.at(box.x, box.y, ring.district);
      const cost = offset.distance + (owner === ring.district ? 0 : owner ? 45 : 16);
      if (!best || cost < best.cost) best = { ...box, cost };
    }
    return best;
  };

  /* Rings of one size trade places while that shortens their leader lines. */
  const untangle = (spots) => {
    const far = (spot, ring) => (spot.x - ring.x) ** 2 + (spot.y - ring.y) ** 2;
    for (let round = 0; round < 8; round += 1) {
      let better = false;
      for (let i = 0; i < spots.length; i += 1) {
        for (let j = i + 1; j < spots.length; j += 1) {
          const [a, b] = [spots[i], spots[j]];
          if (a.w !== b.w || a.ring.district !== b.ring.district) continue;
          if (far(a, b.ring) + far(b, a.ring) + 1 < far(a, a.ring) + far(b, b.ring)) {
            [a.ring, b.ring] = [b.ring, a.ring];
            better = true;
          }
        }
      }
      if (!better) return;
    }
  };

  /* Rings as near as possible to their parks; null when one would have to stand too far away. */
  const placeRings = (rings, obstacles, ground) => {
    const order = [...rings].sort((a, b) => b.size - a.size || (a.key < b.key ? -1 : 1));
    const spots = [];
    for (const ring of order) {
      const spot = nearestFree(ring, [...obstacles, ...spots], ground);
      if (!spot) return null;
      spots.push({ ...spot, ring });
    }
    untangle(spots);
    return spots;
  };

  /* A free place for a small text along a list of candidate points. */
  const firstFree = (points, size, blocked, frame = null) => {
    const boxes = points.map((point) => ({ x: point.x, y: point.y, w: size.w, h: size.h }));
    return boxes.find((box) => (!frame || inside(box, frame)) && !blocked.some((other) => overlaps(box, other, 1))) || null;
  };

  return { overlaps, mask, placeLabels, placeRings, firstFree };
})();
