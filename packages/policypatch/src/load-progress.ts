/** Loading progress: bytes downloaded, then tensors read. */
export type LoadProgress =
  | {
      readonly stage: 'download'
      readonly file: string
      readonly done: number
      readonly total: number | undefined
    }
  | { readonly stage: 'weights'; readonly done: number; readonly total: number }
