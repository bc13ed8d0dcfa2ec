/** The model to patch. */
export const baseModel = 'HuggingFaceTB/SmolLM2-135M-Instruct'
