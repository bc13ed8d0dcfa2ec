import { unsupported } from '../template-error.ts'
import type { Expression } from './syntax-tree.ts'
import type { TokenStream } from './token-stream.ts'

const constants: Readonly<Record<string, null | boolean>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

/** A single token as an expression: a name, a constant, a number; or adjacent strings, which are joined. */
export function parseLiteral(stream: TokenStream): Expression {
  if (stream.current.kind === 'text') {
    const parts: string[] = []
    while (stream.current.kind === 'text') parts.push(stream.next().text)
    return { kind: 'constant', value: parts.join('') }
  }
  const { kind, text } = stream.current
  if (kind === 'int' && text.length > 4300) throw unsupported('integers of more than 4300 digits')
  stream.next()
  if (kind === 'int') return { kind: 'constant', value: BigInt(text) }
  if (kind === 'float') return { kind: 'constant', value: Number(text) }
  return Object.hasOwn(constants, text)
    ? { kind: 'constant', value: constants[text]! }
    : { kind: 'name', name: text }
}
