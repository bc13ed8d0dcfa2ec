/**
 * Why a template does not render: `syntax`, it cannot be parsed; `unsupported`, it needs a feature that only Jinja2 has, or that
 * neither has; `limit`, it exceeds a resource limit; `raised`, it called `raise_exception`; `failed`, it fails in Jinja2 too.
 */
export type TemplateFault = 'syntax' | 'unsupported' | 'limit' | 'raised' | 'failed'

/** An error of a template. The message is a phrase: for `unsupported`, the construct's name. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly fault: TemplateFault

  constructor(fault: TemplateFault, message: string) {
    super(message)
    this.fault = fault
  }
}

export const unsupported = (construct: string) => new TemplateError('unsupported', construct)

/** An error that Jinja2 raises too, with Python's name for it: `TypeError: …`. */
export const failed = (message: string) => new TemplateError('failed', message)
