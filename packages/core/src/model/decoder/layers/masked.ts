/** Added to an attention logit that must not count: exp of it is 0 in float32, and sums with it stay finite. */
export const MASKED = -1e9
