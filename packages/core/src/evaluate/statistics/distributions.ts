const coefficients = [
  [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ],
  [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
    -1.328068155288572e1, 1,
  ],
  [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1],
] as const

const horner = (polynomial: readonly number[], x: number) => polynomial.reduce((sum, c) => sum * x + c, 0)

/** Φ(x), to 1e-14: its power series near 0, the continued fraction of the upper tail far from it. */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 0) return 1 - normalCdf(-x)
  if (x < -38) return 0
  const density = Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)
  if (x > -3) {
    let sum = x
    for (let term = x, k = 3; Math.abs(term) > 1e-17; k += 2) {
      term *= x ** 2 / k
      sum += term
    }
    return 0.5 + density * sum
  }
  let fraction = 0
  for (let k = 100; k > 0; k--) fraction = k / (-x + fraction)
  return density / (-x + fraction)
}

/** Φ⁻¹(p): Acklam's rational approximation, refined by one step of Halley's method; ±∞ at 0 and 1. */
export function normalQuantile(p: number): number {
  if (p <= 0 || p >= 1) return p <= 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (p > 0.5) return -normalQuantile(1 - p)
  const [a, b, c, d] = coefficients
  const tail = Math.sqrt(-2 * Math.log(p))
  const centre = p - 0.5
  const start =
    p < 0.02425
      ? horner(c, tail) / horner(d, tail)
      : (horner(a, centre ** 2) * centre) / horner(b, centre ** 2)
  const step = (normalCdf(start) - p) * Math.sqrt(2 * Math.PI) * Math.exp(start ** 2 / 2)
  return start - step / (1 + (start * step) / 2)
}

/**
 * P(T ≤ t) of Student's t distribution with whole degrees of freedom, by the finite sums for odd and even degrees
 * (Abramowitz and Stegun 26.7.3 and 26.7.4).
 */
export function studentTCdf(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const cosine2 = Math.cos(angle) ** 2
  const odd = degrees % 2 === 1
  let term = odd ? Math.cos(angle) : 1
  let sum = degrees === 1 ? 0 : term
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cosine2
    sum += term
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
  return 0.5 + within / 2
}

/** The t with P(T ≤ t) = p, for p in (0.5, 1) and whole degrees of freedom, by bisection. */
export function studentTQuantile(p: number, degrees: number): number {
  let low = 0
  let high = 1
  while (studentTCdf(high, degrees) < p) high *= 2
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2
    if (studentTCdf(middle, degrees) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
