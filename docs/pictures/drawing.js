/**
 * Draws what a window shows as SVG: boxes, lines, text and the SVG that is in it.
 * Run in the page; gives the picture's pieces, and the places of frames, which are drawn by
 * themselves.
 */
async (prefix) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const shades = new Map();
  const definitions = [];
  const frames = [];
  let names = 0;

  const round = (number) => String(Math.round(number * 10) / 10);
  const escape = (text) =>
    text.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one]);
  const write = (name, attributes, inner = "") => {
    const said = Object.entries(attributes)
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([key, value]) => ` ${key}="${escape(typeof value === "number" ? round(value) : value)}"`)
      .join("");
    return inner ? `<${name}${said}>${inner}</${name}>` : `<${name}${said}/>`;
  };

  /** Any way CSS writes a color, as #rrggbb and an opacity; null where nothing is to be seen. */
  function readColor(css) {
    if (!shades.has(css)) {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = "rgba(0, 0, 0, 0)";
      brush.fillStyle = css;
      brush.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
      const hex = [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
      shades.set(css, alpha === 0 ? null : { color: `#${hex}`, alpha: alpha / 255 });
    }
    return shades.get(css);
  }
  const paint = (kind, css) => {
    const shade = readColor(css);
    if (!shade) return { [kind]: "none" };
    const alpha = shade.alpha < 0.995 ? String(Math.round(shade.alpha * 100) / 100) : undefined;
    return { [kind]: shade.color, [`${kind}-opacity`]: alpha };
  };

  const meet = (one, other) => ({
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  });
  const isSeen = (rect) => rect.right - rect.left > 0.2 && rect.bottom - rect.top > 0.2;

  function clipTo(rect, inner) {
    if (!inner) return "";
    names += 1;
    const shape = write("rect", {
      x: rect.left,
      y: rect.top,
      width: Math.max(0, rect.right - rect.left),
      height: Math.max(0, rect.bottom - rect.top),
    });
    definitions.push(write("clipPath", { id: `${prefix}c${names}` }, shape));
    return write("g", { "clip-path": `url(#${prefix}c${names})` }, inner);
  }

  function drawBox(style, rect) {
    const width = rect.right - rect.left;
    const height = rect.bottom - rect.top;
    const radius = Math.min(parseFloat(style.borderTopLeftRadius) || 0, width / 2, height / 2);
    const isEven = [
      style.borderTopRightRadius,
      style.borderBottomLeftRadius,
      style.borderBottomRightRadius,
    ].every((one) => one === style.borderTopLeftRadius);
    const rx = isEven && radius > 0.5 ? radius : undefined;
    let drawn = "";
    if (readColor(style.backgroundColor)) {
      const fill = paint("fill", style.backgroundColor);
      drawn += write("rect", { x: rect.left, y: rect.top, width, height, rx, ...fill });
    }
    // a shadow that is neither moved nor blurred is a frame
    for (const shadow of style.boxShadow.split(/,(?![^(]*\))/)) {
      const ring = /^\s*(\S.*?) 0px 0px 0px (\d+(?:\.\d+)?)px( inset)?$/.exec(shadow);
      if (!ring || !(Number(ring[2]) > 0) || !readColor(ring[1])) continue;
      const half = (Number(ring[2]) / 2) * (ring[3] ? 1 : -1);
      drawn += write("rect", {
        x: rect.left + half,
        y: rect.top + half,
        width: Math.max(0, width - 2 * half),
        height: Math.max(0, height - 2 * half),
        rx,
        fill: "none",
        ...paint("stroke", ring[1]),
        "stroke-width": ring[2] === "1" ? undefined : ring[2],
      });
    }
    const sides = ["Top", "Right", "Bottom", "Left"].map((side) => ({
      width: style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]),
      color: style[`border${side}Color`],
      dashes: style[`border${side}Style`] === "dashed" ? "4 3" : undefined,
    }));
    const [first] = sides;
    const isFrame = sides.every((one) => one.width === first.width && one.color === first.color);
    if (isFrame && first.width > 0 && readColor(first.color)) {
      const half = first.width / 2;
      drawn += write("rect", {
        x: rect.left + half,
        y: rect.top + half,
        width: Math.max(0, width - first.width),
        height: Math.max(0, height - first.width),
        rx: rx === undefined ? undefined : Math.max(0, rx - half),
        fill: "none",
        ...paint("stroke", first.color),
        "stroke-width": first.width === 1 ? undefined : first.width,
        "stroke-dasharray": first.dashes,
      });
    } else if (!isFrame) {
      const ends = [
        [rect.left, rect.top, rect.right, rect.top, 0, 1],
        [rect.right, rect.top, rect.right, rect.bottom, -1, 0],
        [rect.left, rect.bottom, rect.right, rect.bottom, 0, -1],
        [rect.left, rect.top, rect.left, rect.bottom, 1, 0],
      ];
      sides.forEach((side, index) => {
        if (!(side.width > 0) || !readColor(side.color)) return;
        const [x1, y1, x2, y2, right, down] = ends[index];
        const [dx, dy] = [(right * side.width) / 2, (down * side.width) / 2];
        drawn += write("line", {
          x1: x1 + dx,
          y1: y1 + dy,
          x2: x2 + dx,
          y2: y2 + dy,
          ...paint("stroke", side.color),
          "stroke-width": side.width === 1 ? undefined : side.width,
          "stroke-dasharray": side.dashes,
        });
      });
    }
    return drawn;
  }

  const measures = new Map();
  function measure(style) {
    const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    if (!measures.has(font)) {
      brush.font = font;
      const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = brush.measureText("x");
      measures.set(font, { above, height: above + below });
    }
    return measures.get(font);
  }

  function drawLine(text, rect, style) {
    const { above, height } = measure(style);
    const scale = (rect.bottom - rect.top) / height;
    const baseline = rect.top + above * scale;
    const decoration = /underline|line-through/.exec(style.textDecorationLine)?.[0];
    const level = decoration === "underline" ? baseline + 2.5 : (rect.top + rect.bottom) / 2;
    const stroke = decoration ? paint("stroke", style.textDecorationColor) : {};
    const line = { x1: rect.left, y1: level, x2: rect.right, y2: level, ...stroke };
    const decorated = decoration ? write("line", line) : "";
    const shown = text.replace(/ {2,}/g, (gap) => "\u00a0".repeat(gap.length));
    const weight = Number(style.fontWeight);
    const said = write(
      "text",
      {
        x: rect.left,
        y: baseline,
        "font-size": parseFloat(style.fontSize) * scale,
        class: /mono|courier/i.test(style.fontFamily.split(",")[0]) ? "m" : undefined,
        "font-weight": weight === 400 ? undefined : String(weight),
        "font-style": style.fontStyle === "normal" ? undefined : style.fontStyle,
        // whatever fonts the reader has, a line is as long as it was
        textLength: shown.length > 1 ? rect.right - rect.left : undefined,
        lengthAdjust: shown.length > 1 ? "spacingAndGlyphs" : undefined,
        ...paint("fill", style.color),
      },
      escape(shown),
    );
    return decorated + said;
  }

  /** The triangle in front of what opens and closes. */
  function drawMarker(element, style, rect) {
    const side = parseFloat(style.fontSize) * 0.6;
    const middle = rect.top + parseFloat(style.lineHeight) / 2 || (rect.top + rect.bottom) / 2;
    const [left, top] = [rect.left, middle - side / 2];
    const d = element.parentElement?.open
      ? `M${round(left)} ${round(top)}h${round(side)}l${round(-side / 2)} ${round(side)}z`
      : `M${round(left)} ${round(top)}v${round(side)}l${round(side)} ${round(-side / 2)}z`;
    return write("path", { d, ...paint("fill", style.color) });
  }

  function say(text, style) {
    if (style.textTransform === "uppercase") return text.toUpperCase();
    if (style.textTransform === "lowercase") return text.toLowerCase();
    if (style.textTransform !== "capitalize") return text;
    return text.replace(/(^|\s)\S/g, (one) => one.toUpperCase());
  }

  /** Splits a text as the window has broken it into lines. */
  function readLines(node) {
    const range = document.createRange();
    const lines = [];
    for (let index = 0; index < node.data.length; ) {
      const character = String.fromCodePoint(node.data.codePointAt(index));
      range.setStart(node, index);
      range.setEnd(node, index + character.length);
      index += character.length;
      const rects = range.getClientRects();
      const rect = rects[rects.length - 1];
      if (!rect || rect.width === 0 || /[\n\t]/.test(character) && rect.width === 0) continue;
      const line = lines[lines.length - 1];
      if (line && Math.abs(line.top - rect.top) < 2 && rect.left >= line.right - 3) {
        line.text += /\s/.test(character) ? " " : character;
        line.right = rect.right;
        line.ends.push(rect.right);
      } else {
        const text = /\s/.test(character) ? " " : character;
        const { left, top, right, bottom } = rect;
        lines.push({ text, left, top, right, bottom, ends: [right] });
      }
    }
    return lines;
  }

  function trim(line) {
    const kept = line.text.trimEnd();
    if (!kept) return null;
    const lead = kept.length - kept.trimStart().length;
    const ends = line.ends;
    const points = [...kept].length;
    const left = lead > 0 ? ends[lead - 1] : line.left;
    return { ...line, text: kept.trimStart(), left, right: ends[points - 1], ends: ends.slice(lead) };
  }

  function cutShort(line, edge, style) {
    const room = edge - parseFloat(style.fontSize) * 0.8;
    const fitting = line.ends.filter((end) => end <= room).length;
    const text = `${[...line.text].slice(0, fitting).join("").trimEnd()}…`;
    const kept = line.ends.slice(0, [...text].length - 1);
    const right = (kept.at(-1) ?? line.left) + parseFloat(style.fontSize) * 0.8;
    return { ...line, text, right, ends: [...kept, right] };
  }

  function drawText(node, style, clip, edge) {
    if (!node.data.trim() || style.visibility !== "visible") return "";
    const lines = readLines(node);
    const limit = Number(style.webkitLineClamp);
    if (limit > 0 && lines.length > limit) {
      lines.length = limit;
      const last = lines[limit - 1];
      lines[limit - 1] = cutShort(last, last.right + 1, style);
    }
    return lines
      .map(trim)
      .filter((line) => line && isSeen(meet(line, clip)))
      .map((line) => (edge !== undefined && line.right > edge + 1 ? cutShort(line, edge, style) : line))
      .map((line) => drawLine(say(line.text, style), line, style))
      .join("");
  }

  /** Sets a field's value as ordinary text in its place, draws it, and takes it away again. */
  function drawValue(field, style, clip) {
    const isChoice = field.tagName === "SELECT";
    const value = isChoice ? field.selectedOptions[0]?.text : field.value || field.placeholder;
    if (!value || ["checkbox", "radio", "range", "hidden", "file"].includes(field.type)) return "";
    const rect = field.getBoundingClientRect();
    const inset = (side) =>
      parseFloat(style[`padding${side}`]) + parseFloat(style[`border${side}Width`]);
    const place = document.createElement("div");
    const isArea = field.tagName === "TEXTAREA";
    const height = rect.height - inset("Top") - inset("Bottom");
    Object.assign(place.style, {
      position: "fixed",
      left: `${rect.left + inset("Left")}px`,
      top: `${rect.top + inset("Top")}px`,
      width: `${rect.width - inset("Left") - inset("Right")}px`,
      fontFamily: style.fontFamily,
      fontSize: style.fontSize,
      fontStyle: style.fontStyle,
      fontWeight: style.fontWeight,
      lineHeight: isArea ? style.lineHeight : `${height}px`,
      letterSpacing: style.letterSpacing,
      whiteSpace: isArea ? "pre-wrap" : "pre",
      overflowWrap: "break-word",
      color: field.value || isChoice ? style.color : getComputedStyle(field, "::placeholder").color,
    });
    place.textContent = field.type === "password" ? "•".repeat(value.length) : value;
    document.body.append(place);
    const inner = drawText(place.firstChild, getComputedStyle(place), clip);
    const isLong = place.scrollWidth > place.clientWidth + 1 || place.scrollHeight > height + 2;
    place.remove();
    return isLong ? clipTo(meet(rect, clip), inner) : inner;
  }

  function drawTick(field, style, rect) {
    const isRound = field.type === "radio";
    const tint = readColor(style.accentColor) ? style.accentColor : "#2563eb";
    const side = { x: rect.left + 1, y: rect.top + 1, width: rect.width - 2, height: rect.height - 2 };
    const rx = isRound ? rect.width / 2 : 2.5;
    if (!field.checked) {
      return write("rect", { ...side, rx, fill: "none", ...paint("stroke", "#8a8a8a") });
    }
    const box = write("rect", { ...side, rx, ...paint("fill", tint) });
    const at = (x, y) => `${round(rect.left + x * rect.width)} ${round(rect.top + y * rect.height)}`;
    const d = `M${at(0.25, 0.52)}L${at(0.43, 0.7)}L${at(0.75, 0.32)}`;
    return box + write("path", { d, fill: "none", stroke: "#fff", "stroke-width": 1.6 });
  }

  const SHAPES = new Set("path rect circle ellipse line polyline polygon text tspan".split(" "));
  const GROUPS = new Set("g svg defs pattern clipPath marker a".split(" "));
  const GEOMETRY =
    "d x y x1 y1 x2 y2 cx cy r rx ry width height points patternUnits dx dy refX refY viewBox markerWidth markerHeight markerUnits orient".split(" ");

  function copyDrawing(node, own) {
    if (node.nodeType === Node.TEXT_NODE) return escape(node.data.trim());
    const name = node.tagName;
    if (node.nodeType !== Node.ELEMENT_NODE || !(SHAPES.has(name) || GROUPS.has(name))) return "";
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden") return "";
    const refer = (value) =>
      value && value !== "none" ? value.replace(/url\("?[^#]*#([^")]*)"?\)/, `url(#${own}$1)`) : undefined;
    const attributes = {};
    if (node.id) attributes.id = own + node.id;
    for (const key of GEOMETRY) {
      const value = node.getAttribute(key);
      if (value !== null) {
        attributes[key] = value;
      }
    }
    const { transform } = style;
    if (transform !== "none") attributes.transform = transform.startsWith("matrix(") ? transform : undefined;
    if (name === "pattern") attributes.patternTransform = node.getAttribute("patternTransform");
    if (style.opacity !== "1") attributes.opacity = style.opacity;
    attributes["clip-path"] = refer(style.clipPath);
    if (SHAPES.has(name)) {
      for (const kind of ["fill", "stroke"]) {
        const value = style[kind];
        if (value.startsWith("url")) attributes[kind] = refer(value);
        else Object.assign(attributes, value === "none" ? { [kind]: "none" } : paint(kind, value));
        if (style[`${kind}Opacity`] !== "1") attributes[`${kind}-opacity`] = style[`${kind}Opacity`];
      }
      if (attributes.stroke === "none") delete attributes.stroke;
      else {
        attributes["stroke-width"] = style.strokeWidth;
        attributes["stroke-linecap"] = style.strokeLinecap === "butt" ? undefined : style.strokeLinecap;
        attributes["stroke-linejoin"] = style.strokeLinejoin === "miter" ? undefined : style.strokeLinejoin;
        attributes["stroke-dasharray"] = style.strokeDasharray === "none" ? undefined : style.strokeDasharray;
      }
      attributes["marker-end"] = refer(style.markerEnd);
      if (name === "text") {
        attributes["font-size"] = style.fontSize;
        attributes["font-weight"] = style.fontWeight === "400" ? undefined : style.fontWeight;
        attributes["text-anchor"] = style.textAnchor === "start" ? undefined : style.textAnchor;
        attributes["dominant-baseline"] = style.dominantBaseline === "auto" ? undefined : style.dominantBaseline;
      }
    }
    if (name === "svg") attributes.overflow = "visible";
    const inner = [...node.childNodes].map((child) => copyDrawing(child, own)).join("");
    return inner || SHAPES.has(name) ? write(name, attributes, inner) : "";
  }

  function drawDrawing(svg, clip, style) {
    const rect = svg.getBoundingClientRect();
    const isOpen = style.overflow === "visible";
    if (!isOpen && !isSeen(meet(rect, clip))) return "";
    const matrix = svg.getScreenCTM();
    if (!matrix) return "";
    names += 1;
    const own = `${prefix}s${names}-`;
    const inner = [...svg.childNodes].map((child) => copyDrawing(child, own)).join("");
    if (!inner) return "";
    const { a, b, c, d, e, f } = matrix;
    const parts = [a, b, c, d].map((one) => String(Math.round(one * 1e4) / 1e4));
    const placed = write("g", { transform: `matrix(${[...parts, round(e), round(f)].join(" ")})` }, inner);
    const isLarge = rect.width > 60 || rect.height > 60;
    return isOpen || !isLarge ? placed : clipTo(meet(rect, clip), placed);
  }

  const isPlaced = (style) => style.position !== "static";
  function rank(child) {
    if (child.nodeType !== Node.ELEMENT_NODE) return 0;
    const style = getComputedStyle(child);
    if (style.zIndex !== "auto") return Number(style.zIndex) || 0.5;
    return isPlaced(style) ? 0.5 : 0;
  }

  function drawElement(element, clip) {
    const style = getComputedStyle(element);
    if (style.opacity === "0") return "";
    // such as what a closed <details> holds
    if (style.display !== "contents" && !element.checkVisibility()) return "";
    // what only a screen reader sees
    if (isPlaced(style) && /inset\(50%|rect\(0px/.test(style.clipPath + style.clip)) return "";
    if (element.tagName.toLowerCase() === "svg") {
      return style.visibility === "visible" ? drawDrawing(element, clip, style) : "";
    }
    const rect = element.getBoundingClientRect();
    const isOwnSeen = style.visibility === "visible" && isSeen(meet(rect, clip));
    let drawn = isOwnSeen && style.display !== "contents" ? drawBox(style, rect) : "";
    if (element.tagName === "SUMMARY" && style.display === "list-item" && isOwnSeen) {
      drawn += drawMarker(element, style, rect);
    }
    if (element.tagName === "IMG") return isOwnSeen ? drawn + drawImage(element, rect) : "";
    if (element.tagName === "IFRAME") {
      if (!isOwnSeen) return drawn;
      frames.push({ left: rect.left, top: rect.top, width: rect.width, height: rect.height });
      return `${drawn}${clipTo(meet(rect, clip), `<!--frame ${frames.length - 1}-->`)}`;
    }
    if (["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName)) {
      if (!isOwnSeen) return "";
      const isTick = element.type === "checkbox" || element.type === "radio";
      if (isTick && style.appearance !== "none") return drawTick(element, style, rect);
      return drawn + drawValue(element, style, clip);
    }
    const cuts = style.overflowX !== "visible" || style.overflowY !== "visible";
    const room = cuts ? meet(rect, clip) : clip;
    const doesEllipsis = style.textOverflow === "ellipsis" && element.scrollWidth > element.clientWidth;
    const edge = doesEllipsis ? rect.right : undefined;
    const children = [...element.childNodes];
    const ranks = new Map(children.map((child) => [child, rank(child)]));
    children.sort((one, other) => ranks.get(one) - ranks.get(other));
    let inner = "";
    for (const child of children) {
      if (child.nodeType === Node.TEXT_NODE) inner += drawText(child, style, room, edge);
      else if (child.nodeType === Node.ELEMENT_NODE) inner += drawElement(child, room);
    }
    const isCut =
      cuts &&
      (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1) &&
      element !== document.body &&
      element !== document.documentElement;
    drawn += isCut ? clipTo(room, inner) : inner;
    return style.opacity === "1" || !drawn ? drawn : write("g", { opacity: style.opacity }, drawn);
  }

  /** Sets a picture that is SVG itself into its place. */
  function drawImage(image, rect) {
    const drawing = images.get(image.src);
    if (!drawing) return "";
    const box = drawing.getAttribute("viewBox") ?? `0 0 ${image.naturalWidth} ${image.naturalHeight}`;
    const side = { x: rect.left, y: rect.top, width: rect.width, height: rect.height };
    const kept = ["fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"]
      .map((key) => [key, drawing.getAttribute(key)]);
    const inner = drawing.innerHTML.replace(/ xmlns(:\w+)?="[^"]*"/g, "");
    return write("svg", { ...side, viewBox: box, ...Object.fromEntries(kept) }, inner.trim());
  }
  const images = new Map();
  for (const image of document.images) {
    const answer = image.src.endsWith(".svg") ? await fetch(image.src) : null;
    if (answer?.ok) {
      const text = await answer.text();
      images.set(image.src, new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
    }
  }

  const view = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const ground = [document.body, document.documentElement]
    .map((one) => getComputedStyle(one).backgroundColor)
    .find((one) => readColor(one));
  const drawn = drawElement(document.body, view);
  return {
    definitions: definitions.join(""),
    drawn,
    frames,
    ground: ground ? readColor(ground).color : "#ffffff",
    width: innerWidth,
    height: innerHeight,
  };
}
