/** A seeded generator whose whole state is four 32-bit words, so that a run can be stopped and resumed. */
export interface Random {
  /** Uniform in [0, 1), with 32 bits. */
  uniform(): number
  /** Standard normal (Box-Muller; draws two uniforms). */
  normal(): number
  /** Uniform integer in [0, n). */
  integer(n: number): number
  /** A new array with the items in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[]
  state(): RandomState
}

export type RandomState = readonly [number, number, number, number]

/**
 * sfc32 (Chris Doty-Humphrey's Small Fast Counter, PractRand), seeded from an integer by the published
 * recipe: counter 1, twelve outputs thrown away.
 */
export function createRandom(seed: number | RandomState): Random {
  let [a, b, c, counter] = typeof seed === 'number' ? [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0, 1] : seed
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + out) | 0
    return out >>> 0
  }
  if (typeof seed === 'number') for (let i = 0; i < 12; i++) next()
  const uniform = () => next() / 2 ** 32
  const integer = (n: number) => Math.floor(uniform() * n)
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle(items) {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = integer(i + 1)
        const held = out[i] as (typeof out)[number]
        out[i] = out[j] as (typeof out)[number]
        out[j] = held
      }
      return out
    },
    state: () => [a, b, c, counter],
  }
}
