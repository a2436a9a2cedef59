/** How often trackers and their store tell each other what. */

/** Between two looks at a broadcast in which something happened; others are looked at every third time. */
export const SAMPLE_MS = 1_000

/** Members of others that one look brings, at most: what a crowd of hundreds a second is introduced to until the next. */
export const SAMPLED = 128

/** A tracker says this often that it is there; after so long without it the others forget its members. */
export const BEAT_MS = 1_000
export const LAPSED_MS = 4_000

/** A call that takes longer has failed: the store is away. */
export const CALL_TIMEOUT_MS = 2_000

/** A newcomer does not wait longer than this for what the store thinks of its address. */
export const ADMIT_TIMEOUT_MS = 250

/** Changes are gathered for so long before they are told in one call. */
export const GATHER_CHANGES_MS = 10
