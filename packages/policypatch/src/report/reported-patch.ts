import type { Patch, ReportedPatch } from '@policypatch/core'

export const reportedPatch = ({ manifest: { name, version }, parameters, bytes }: Patch): ReportedPatch => ({
  ...{ name, version, parameters, bytes },
})
