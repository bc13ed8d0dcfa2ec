// `/patch`: a patch's files and manifest: composing, inspecting, comparing, exporting, importing.
export * from '@policypatch/core/patch'
export { importPeftPromptTuning } from '../../stored/patches.ts'
