/**
 * What lock screens, media keys and headsets show and do: the Media Session. A page has one, whatever the number of its
 * players; it is that of the player that played last.
 */

export interface LockScreenOwner {
  play(): Promise<void>
  pause(): void
}

let owner: LockScreenOwner | undefined

/** Shows how a player stands; with `none`, takes it off. Until it plays it does not push another one aside. */
export function showOnLockScreen(
  player: LockScreenOwner,
  state: MediaSessionPlaybackState,
  title: string,
  artist: string
): void {
  if (!('mediaSession' in navigator) || (state !== 'playing' && owner !== player)) return
  owner = state === 'none' ? undefined : player
  const session = navigator.mediaSession
  session.setActionHandler('play', owner ? () => void player.play().catch(() => undefined) : null)
  session.setActionHandler('pause', owner ? () => player.pause() : null)
  session.metadata = owner ? new MediaMetadata({ title, artist }) : null
  session.playbackState = state
}
