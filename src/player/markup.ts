/** Builds elements. Nothing is parsed from text, so that the strictest content security policy has no say in it. */

export type Attributes = Readonly<Record<string, string | number>>

/** An HTML element with its attributes and children. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes?: Attributes,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), attributes, children)
}

/** The same for SVG. */
export function svg(tag: string, attributes?: Attributes, ...children: (Node | string)[]): SVGElement {
  const element: Element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  return fill(element as SVGElement, attributes, children)
}

/** Sets attributes. */
export function set(element: Element, attributes: Attributes): void {
  for (const name in attributes) element.setAttribute(name, String(attributes[name]))
}

/** Sets a text where it is another: a live region tells only what changed. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

function fill<Kind extends Element>(
  element: Kind,
  attributes: Attributes = {},
  children: (Node | string)[]
): Kind {
  set(element, attributes)
  element.append(...children)
  return element
}
