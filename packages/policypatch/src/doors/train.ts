// `/train`: training loops of one's own, gates, and distillation of several patches or for another base.
export * from '@policypatch/core/train'
export { distillPatch, rebasePatch, trainJointPatch } from '../stored/training.ts'
