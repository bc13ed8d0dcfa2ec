import { Html, html } from './html.ts'

/** How a subject looks in every figure. Its colour is a CSS variable, so that pages can be light or dark. */
export interface SubjectStyle {
  readonly color: string
  /** One of Vega's symbols, so that subjects do not differ by colour alone. */
  readonly shape: string
}

const known: Readonly<Record<string, SubjectStyle>> = {
  base: { color: 'var(--s0)', shape: 'circle' },
  patched: { color: 'var(--s1)', shape: 'diamond' },
  reference: { color: 'var(--s2)', shape: 'square' },
  'system prompt': { color: 'var(--s3)', shape: 'triangle-up' },
  'random prefix': { color: 'var(--s4)', shape: 'cross' },
  lora: { color: 'var(--s5)', shape: 'triangle-down' },
}

const others: readonly SubjectStyle[] = [
  { color: 'var(--s6)', shape: 'triangle-right' },
  { color: 'var(--s7)', shape: 'triangle-left' },
  { color: 'var(--s8)', shape: 'wedge' },
]

/** The style of each subject by name, the same throughout a report. */
export function subjectStyles(names: readonly string[]): ReadonlyMap<string, SubjectStyle> {
  const styles = new Map<string, SubjectStyle>()
  let next = 0
  for (const name of names) {
    if (styles.has(name)) continue
    styles.set(name, Object.hasOwn(known, name) ? (known[name] as SubjectStyle) : other(next++))
  }
  return styles
}

const other = (index: number) => others[index % others.length] as SubjectStyle

const paths: Readonly<Record<string, string>> = {
  circle: 'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z',
  diamond: 'M0-6L5 0L0 6L-5 0Z',
  square: 'M-4-4H4V4H-4Z',
  'triangle-up': 'M0-5L5.5 4.5H-5.5Z',
  'triangle-down': 'M0 5L5.5-4.5H-5.5Z',
  'triangle-right': 'M5 0L-4.5 5.5V-5.5Z',
  'triangle-left': 'M-5 0L4.5 5.5V-5.5Z',
  cross: 'M-5-1.8H-1.8V-5H1.8V-1.8H5V1.8H1.8V5H-1.8V1.8H-5Z',
  wedge: 'M0-6L3.5 5H-3.5Z',
}

/** A subject's symbol in its colour. */
export function subjectSymbol({ color, shape }: SubjectStyle): Html {
  return new Html(
    `<svg class="symbol" viewBox="-7 -7 14 14" aria-hidden="true"><path fill="${color}" d="${paths[shape] ?? paths.circle}"/></svg>`,
  )
}

/** A subject's name after its symbol. */
export const subjectName = (name: string, style: SubjectStyle): Html =>
  html`<span class="subject">${subjectSymbol(style)}${name}</span>`
