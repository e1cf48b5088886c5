import style from "@xyflow/react/dist/style.css?inline";

// the host loads scripts alone: styles come with them, once
const element = document.createElement("style");
element.textContent = style;
document.head.append(element);
