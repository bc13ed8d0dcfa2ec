export default {
  // Native code and files beside it: Node loads them from node_modules, where the bundler would not find them.
  serverExternalPackages: ['policypatch', 'onnxruntime-node'],
}
