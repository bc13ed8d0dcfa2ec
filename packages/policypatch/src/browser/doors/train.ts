/**
 * Training loops of your own, gates, and distillation of several patches or for another base model.
 *
 * @module policypatch/browser/train
 */

import '../../platform-storage.ts'

export * from '@policypatch/core/train'
