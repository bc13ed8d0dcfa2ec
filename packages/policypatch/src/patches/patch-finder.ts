import type { LanguageModel, Patch } from '@policypatch/core'
import { type Trust, unverified } from '@policypatch/core/patch'
import { printableLine } from '@policypatch/core/platform'
import { findPatch } from './find-patch.ts'
import { readTrust } from './trust-file.ts'

/** Finds the patches of a command under one trust policy. */
export interface PatchFinder {
  trust(): Promise<Trust | undefined>
  find(place: string): Promise<Patch>
  /** Whether the policy may check a found patch against the digest of its base's weights. */
  needWeightsDigest(): Promise<boolean>
  /** Checks a model against the found patches that can be applied to it. */
  check(model: LanguageModel): Promise<void>
}

/** @param policy path of a trust policy */
export function patchFinder(policy: string | undefined): PatchFinder {
  const found: Patch[] = []
  const told = new Set<string>()
  let opened: Promise<Trust> | undefined
  const trust = async (): Promise<Trust | undefined> => {
    if (!policy) return undefined
    opened ??= readTrust(policy)
    return opened
  }
  return {
    trust,
    async find(place) {
      const policyOfAll = await trust()
      const patch = await findPatch(place, policyOfAll)
      found.push(patch)
      const line = policyOfAll ? undefined : printableLine(unverified(patch))
      if (line !== undefined && !told.has(line)) process.stderr.write(`${line}\n`)
      if (line !== undefined) told.add(line)
      return patch
    },
    needWeightsDigest: async () =>
      (await trust()) !== undefined && found.some(({ manifest }) => manifest.base.digest !== undefined),
    async check(model) {
      const policyOfAll = await trust()
      const own = found.filter(({ manifest }) => manifest.base.weights === model.weightsFingerprint)
      for (const patch of own) policyOfAll?.check(patch, model)
    },
  }
}
