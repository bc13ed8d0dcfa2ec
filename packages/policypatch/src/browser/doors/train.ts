/**
 * Training loops of your own, gates, and distillation of several patches or for another base model.
 *
 * @module policypatch/browser/train
 */

import '../../platform-storage.ts'

// What is exported by name takes the place of core's export of that name.
export * from '@policypatch/core/train'
export { distillPatch, rebasePatch, trainJointPatch } from '../../stored/runs.ts'
