/** Added to an attention logit that must not count: exp of it is 0 in float32, and sums with it stay finite. */
export const MASKED = -1e9

/** What tokens see of one another where each sees itself and those before it, [length, length]: 0 or {@link MASKED}. */
export function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length)
  for (let i = 0; i < length; i++) mask.fill(MASKED, i * length + i + 1, (i + 1) * length)
  return mask
}
