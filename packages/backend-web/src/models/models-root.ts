/** The folder of the origin private file system that models are kept in. */
export const modelsRoot = 'policypatch/models'
