/**
 * An AI SDK provider (version 7, specification v4): models with patches in `generateText`, `streamText` and middleware.
 *
 * @module policypatch/ai
 */

import '../platform-storage.ts'

export { type AuditOptions, auditMiddleware, type PatchAudit } from '../ai/audit-middleware.ts'
export type { PolicypatchCallOptions } from '../ai/call-options.ts'
export { createPolicypatch, policypatch } from '../ai/create-policypatch.ts'
export type { PatchedModelSettings } from '../ai/language-model.ts'
export { type PatchChoice, type PatchedCall, patchMiddleware } from '../ai/patch-middleware.ts'
export type { AppliedPatch, PatchEntry } from '../ai/patch-stacks.ts'
export type { PolicypatchOptions, PolicypatchProvider } from '../ai/provider.ts'
