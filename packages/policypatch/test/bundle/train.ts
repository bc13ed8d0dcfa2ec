export { trainPatch } from 'policypatch'
