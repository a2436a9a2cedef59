// What treecast takes of @noble/ed25519 where WebCrypto has no Ed25519.
export { getPublicKeyAsync, signAsync, verifyAsync } from '@noble/ed25519'
