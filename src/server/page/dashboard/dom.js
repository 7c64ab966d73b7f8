// server/dashboard: making and keeping elements. Text from data only ever becomes text nodes.

/** An element with attributes and children; strings become text, never markup. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

/** Sets, or with undefined or false removes, an attribute; touches the document only when it differs. */
export function setAttribute(node, name, value) {
  if (value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? '' : value);
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Makes the children of `parent` stand for `items`, in order, keeping the node of every key that stays.
 *
 * @param part {key: item => string, create: item => Element with .update(item) set on it}
 */
export function keep(parent, items, { key, create }) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const node = known.get(id) ?? create(item);
    known.delete(id);
    node.dataset.key = id;
    node.update?.(item);
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const node of known.values()) node.remove();
}
