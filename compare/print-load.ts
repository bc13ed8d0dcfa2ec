import { loadavg } from 'node:os'

/** What else the machine did: times depend on it. */
export function printLoad(when: 'before' | 'after'): void {
  console.log(`load of the machine ${when}: ${loadavg()[0]?.toFixed(2)}`)
}
