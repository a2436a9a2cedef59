/** Every browser with WebRTC that treecast runs in has it; the package brings a substitute for those that had not. */

export default (/** @type {() => void} */ task) => queueMicrotask(task)
