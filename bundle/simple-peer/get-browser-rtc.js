/** Every browser that treecast runs in has it without a prefix, or not at all. */

export default () => {
  const { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate } = globalThis
  return RTCPeerConnection && { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate }
}
