/** Hyperparameters of AdamW, with PyTorch's names and defaults except for the weight decay. */
export interface AdamWOptions {
  /** Decay rates of the moments. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number] | undefined
  /** Added to the denominator. Default 1e-8. */
  readonly epsilon?: number | undefined
  /** Decoupled weight decay. Default 0: a prefix of 50 vectors can hardly overfit. */
  readonly weightDecay?: number | undefined
}

/** First and second moment of each parameter, and the number of updates made. */
export interface AdamWState {
  readonly step: number
  readonly first: Float32Array
  readonly second: Float32Array
}

export function initAdamW(size: number): AdamWState {
  return { step: 0, first: new Float32Array(size), second: new Float32Array(size) }
}

/**
 * One update of AdamW (Loshchilov & Hutter 2019), as in torch.optim.AdamW: θ ← θ (1 − η λ) − η m̂ / (√v̂ + ε). Returns new
 * parameters and a new state; does not modify its arguments.
 */
export function updateAdamW(
  parameters: Float32Array,
  gradient: Float32Array,
  state: AdamWState,
  learningRate: number,
  { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 }: AdamWOptions = {},
): { readonly parameters: Float32Array; readonly state: AdamWState } {
  const step = state.step + 1
  const correction1 = 1 - beta1 ** step
  const correction2 = Math.sqrt(1 - beta2 ** step)
  const first = new Float32Array(parameters.length)
  const second = new Float32Array(parameters.length)
  const next = new Float32Array(parameters.length)
  for (let i = 0; i < parameters.length; i++) {
    const g = gradient[i] as number
    const m = beta1 * (state.first[i] as number) + (1 - beta1) * g
    const v = beta2 * (state.second[i] as number) + (1 - beta2) * g * g
    first[i] = m
    second[i] = v
    const change = m / correction1 / (Math.sqrt(v) / correction2 + epsilon)
    next[i] = (parameters[i] as number) * (1 - learningRate * weightDecay) - learningRate * change
  }
  return { parameters: next, state: { step, first, second } }
}

/** The gradient's Euclidean norm. */
export function gradientNorm(gradient: Float32Array): number {
  let squares = 0
  for (const value of gradient) squares += value * value
  return Math.sqrt(squares)
}

/** Scales a gradient whose norm exceeds `maxNorm` down to it, as torch.nn.utils.clip_grad_norm_ does. */
export function clipGradient(gradient: Float32Array, norm: number, maxNorm: number): Float32Array {
  const scale = maxNorm / (norm + 1e-6)
  return scale >= 1 ? gradient : gradient.map((value) => value * scale)
}
