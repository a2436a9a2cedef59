/** What a browser and Node.js do differently, as those see it who work in both. */

import type { Link, LinkLimits, Transport } from '../transport/link.js'

/** An Ed25519 key that signs. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>
}

/** Signs a packet with the show key of its epoch. */
export type Sign = (message: Uint8Array, epoch: number) => Uint8Array | Promise<Uint8Array>

/** A peer's own key. Its seed makes the same key for libp2p. */
export interface Identity extends Signer {
  /** 32 bytes. */
  readonly seed: Uint8Array
}

export type Verify = (
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array
) => boolean | Promise<boolean>

/** SHA-256. */
export type Hash = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>

/** The digest with which a seal vouches for consecutive packets, given without their signatures. */
export type Seal = (packets: readonly Uint8Array[]) => Uint8Array | Promise<Uint8Array>

/**
 * How WebRTC does here. `off`: not wanted. `missing`: no such thing in this browser or installation. `untried`: nobody was
 * dialled yet. `works`: a link has come to be. `blocked`: it finds no address of its own.
 */
export type WebRtcState = 'off' | 'missing' | 'untried' | 'works' | 'blocked'

/** A peer's ways to others. */
export interface Network {
  readonly transport: Transport
  /** By which ways it can dial: a mask of `WAY`. */
  readonly ways: number
  /** Called when that has changed. */
  onWays: (ways: number) => void
  readonly webRtc: { readonly state: WebRtcState; readonly reason?: string }
}

export interface NetworkWish {
  readonly identity: Identity
  /** A URL of somebody whom it will reach: others will reach it by the same network. */
  readonly towards: string
  /** It feeds nobody, so nobody need be able to dial it. */
  readonly isLeaf: boolean
  readonly limits: LinkLimits
  readonly maxLinks: number
}

/** @typeParam Options what a caller may say about the network on this platform. */
export interface Platform<Options> {
  readonly makeSigner: () => Signer | Promise<Signer>
  readonly makeIdentity: () => Identity | Promise<Identity>
  readonly verify: Verify
  readonly hash: Hash
  /** 32 random bits. */
  readonly randomUint32: () => number
  /** @throws TreecastError `bad-option`, `cannot-listen`, `unsupported`. */
  readonly open: (wish: NetworkWish, options: Options) => Promise<Network>
  readonly dialTracker: (url: string, limits: LinkLimits, signal: AbortSignal) => Promise<Link>
}
