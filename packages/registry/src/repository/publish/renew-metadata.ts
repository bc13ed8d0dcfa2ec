import { changeRepository, lifetimeOf, type PublishOptions, renewed } from './change-repository.ts'
import { keysOf, type SignedPart } from './repository-state.ts'

export interface RenewedMetadata {
  /** Roles that were signed again. */
  readonly renewed: readonly string[]
  /** Roles with less than half of their lifetime left whose keys are not available. */
  readonly expiring: readonly { readonly role: string; readonly expires: string }[]
}

/**
 * Signs the timestamp again, which tells clients that what they see is current, and everything else with less than half of its
 * lifetime left whose keys are available. Run it on a schedule, with the keys of timestamp and snapshot.
 */
export async function renewMetadata(options: PublishOptions): Promise<RenewedMetadata> {
  return changeRepository(options, async (state, { now, ring }) => {
    const isDue = (signed: SignedPart) =>
      Date.parse(signed.expires) - now.getTime() < (lifetimeOf(signed) * 86_400_000) / 2
    const all = new Map<string, SignedPart>([
      ['root', state.root],
      ['snapshot', state.snapshot],
      ...state.targets,
    ])
    const due = [...all].filter(([, signed]) => isDue(signed))
    const can = new Set(due.map(([role]) => role).filter((role) => ring.canSign(keysOf(state, role))))
    const targets = new Map([...state.targets].filter(([role]) => can.has(role)))
    const change = {
      targets,
      snapshot: can.has('snapshot'),
      ...(can.has('root') && { root: renewed(state.root, now) }),
    }
    return {
      change: { ...change, timestamp: true },
      result: {
        renewed: ['timestamp', ...can],
        expiring: due.filter(([role]) => !can.has(role)).map(([role, { expires }]) => ({ role, expires })),
      },
    }
  })
}
