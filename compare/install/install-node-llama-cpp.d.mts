/** The package with the binaries for this machine's processor. */
export const binaries: string | undefined
export function installNodeLlamaCpp(): boolean
