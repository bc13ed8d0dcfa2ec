/** What a link to this page can say: all of it is in the address's fragment, which no browser sends to a server. */
export interface SharedState {
  /** A model that the page offers. */
  readonly model: string
  readonly prompt: string
  readonly method: 'parallel' | 'concat'
  /** Patches that are on, in their order, with weights of 0 to 2. */
  readonly stack: readonly { readonly id: string; readonly weight: number }[]
}

/** Longer prompts are cut: an address is to stay one. */
const longestPrompt = 2_000
const mostPatches = 32

export function fragmentOf({ model, prompt, method, stack }: SharedState): string {
  const fields = new URLSearchParams({ model, prompt: prompt.slice(0, longestPrompt), method })
  for (const { id, weight } of stack) fields.append('patch', `${id}:${weight}`)
  return `#${fields}`
}

/** What a fragment says; undefined where it says nothing of these, such as `#ask`. Nothing of it is taken on trust. */
export function readFragment(fragment: string): SharedState | undefined {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''))
  const model = fields.get('model')
  if (model === null) return undefined
  return {
    model,
    prompt: (fields.get('prompt') ?? '').slice(0, longestPrompt),
    method: fields.get('method') === 'concat' ? 'concat' : 'parallel',
    stack: fields.getAll('patch').slice(0, mostPatches).flatMap(stacked),
  }
}

function stacked(text: string): SharedState['stack'] {
  const [, id, weight] = /^([a-z0-9._-]{1,64}):(\d(?:\.\d{1,4})?)$/.exec(text) ?? []
  return id === undefined ? [] : [{ id, weight: Math.min(2, Number(weight)) }]
}
