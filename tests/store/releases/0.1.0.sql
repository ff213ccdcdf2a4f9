-- mimis 0.1.0, tables of revision 0002
INSERT INTO "actor" ("name", "name_key", "id", "organisation") VALUES (
  X'0131902388506a0ae728d0c813a6118c6d5ae0fa40ac9331c6dfe5b03883a7579d69a9b62366c7ac447d4c60c0dec34f3c44', -- name
  'actor.name_key', -- name_key
  'actor000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "audit" ("at", "actor", "action", "subject", "details", "seq", "chain", "id", "organisation") VALUES (
  '2026-11-24 09:00:00.000000', -- at
  'audit.actor', -- actor
  'audit.action', -- action
  'audit.subject', -- subject
  '{"å": "audit.details"}', -- details
  7, -- seq
  'audit.chain', -- chain
  'audit000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "audit_head" ("seq", "chain", "at", "signed", "signed_at", "id", "organisation") VALUES (
  7, -- seq
  'audit_head.chain', -- chain
  '2026-11-24 09:00:00.000000', -- at
  'audit_head.signed', -- signed
  '2026-11-24 09:00:00.000000', -- signed_at
  'audit_head0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "challenge" ("challenge_key", "expires", "id", "organisation") VALUES (
  'challenge.challenge_key', -- challenge_key
  '2026-11-24 09:00:00.000000', -- expires
  'challenge00000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "destination" ("name", "failures", "closed_until", "reason", "lease", "lease_until", "id", "organisation") VALUES (
  'destination.name', -- name
  7, -- failures
  '2026-11-24 09:00:00.000000', -- closed_until
  'destination.reason', -- reason
  'destination.lease', -- lease
  '2026-11-24 09:00:00.000000', -- lease_until
  'destination000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "event" ("source", "hint", "hint_key", "at", "id", "organisation") VALUES (
  'event.source', -- source
  X'01319023880216386b07f3e58bced6bac3f255d7ede2a54723a83c3dad1f1930897fd0f1cd5a83ab933fc913439a1b22dce8', -- hint
  'event.hint_key', -- hint_key
  '2026-11-24 09:00:00.000000', -- at
  'event000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "import" ("key", "state", "content", "at", "id", "organisation") VALUES (
  'import.key', -- key
  'import.state', -- state
  X'0131902388aff9a6b7b9a414c4ceeda87e7638f14b0b13b233b2fb4bf610e6a6c5d0724bd5ddc9fec6f63d7bb11b0eb44c4ce22dffa2', -- content
  '2026-11-24 09:00:00.000000', -- at
  'import00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "issuing_right" ("number", "owner", "achievement_id", "issuer", "statement", "granted_by", "at", "ended_by", "ended_at", "id", "organisation") VALUES (
  'issuing_right.number', -- number
  'issuing_right.owner', -- owner
  'issuing_right.achievement_id', -- achievement_id
  'issuing_right.issuer', -- issuer
  X'013190238861a2f4c3496ca60351b93b0e0968fb020324129382d9a022aacb5eefed304c3bb0c7fff9f2d13548f1ed60abbf8cf5a7fef2a422f7d67cfb4476', -- statement
  X'013190238875ecc87e73e754894468532ca7d71dcebeb8955e396fa32f8119c8cf5edb40e10aa7ffcb84cdb696bf8c6de8584ceac9346241808e1ea65873c98d', -- granted_by
  '2026-11-24 09:00:00.000000', -- at
  X'0131902388aca94fc53ae888306caf458ccb1c2dcce15f593c96e20432eefac53eb93834c71407af3010440902f5894d37e739aa2715c369582b783f4f5e', -- ended_by
  '2026-11-24 09:00:00.000000', -- ended_at
  'issuing_right0000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "learner" ("full_name", "given_name", "family_name", "email", "email_key", "birth_date", "protected", "revision", "id", "organisation") VALUES (
  X'013190238833579fc318cb7e1126ceb5a4829c96e6920317c8ebea2edbd9abd4912712dc5c1feb97c73b64e6ba57e7fd0943a19d08bb829604', -- full_name
  X'0131902388c2e57274af5bf83ab3a5d5d522f9b3dcbb662e445c6c75bb25459233548d91225216815255fe3d439eda21fd88a46df8b1b79c99b3', -- given_name
  X'0131902388e6786ed68300f59aabfa6b8a7829df126052147b2509d35d576c34cc9077df4dfa1d192ba76c1963ed9f0e6c82596385c6f40b348619', -- family_name
  X'013190238814b6cf2eab80792f86bf1b8af56523fb2f10d263f69045c69df922c4b8507e9c2b125dcf607c309640e9efe2cbdc0bad', -- email
  'learner.email_key', -- email_key
  X'01319023889d8bfed9735dd06c90e00c1530d5ff3c8ec8961803b03bf24f36c0d7d1d87cd0addacef73856bf15728e24953c89f6b8d87335a950', -- birth_date
  TRUE, -- protected
  7, -- revision
  'learner0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "merge" ("number", "keep_id", "other_id", "before", "by", "at", "undone_by", "undone_at", "id", "organisation") VALUES (
  7, -- number
  'merge.keep_id', -- keep_id
  'merge.other_id', -- other_id
  X'013190238820c2d781f74787f3a59732578c795112ffeb0668ec4657ebd58d4131894e7b4c26bb101cb15bba58ab3233708003f6', -- before
  X'0131902388e1a6752dd59169fabf19e211cf942d4e8d0b9e49643a16c6c36bdda7218bec82644b472251886522fd88f6', -- by
  '2026-11-24 09:00:00.000000', -- at
  X'01319023886795127121c74044a6de9ffc4cb99c3844f7869f4b1e66e534558130d2b792fb8c201a94228d8dc4e651cd9c061a983b4f93', -- undone_by
  '2026-11-24 09:00:00.000000', -- undone_at
  'merge000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "outbox" ("kind", "ref", "state", "attempts", "not_before", "destination", "lease", "lease_until", "code", "reason", "id", "organisation") VALUES (
  'outbox.kind', -- kind
  'outbox.ref', -- ref
  'outbox.state', -- state
  7, -- attempts
  '2026-11-24 09:00:00.000000', -- not_before
  'outbox.destination', -- destination
  'outbox.lease', -- lease
  '2026-11-24 09:00:00.000000', -- lease_until
  'outbox.code', -- code
  'outbox.reason', -- reason
  'outbox00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "partner" ("name", "registration", "domain", "client_id", "secret_key", "removed_at", "id", "organisation") VALUES (
  'partner.name', -- name
  'partner.registration', -- registration
  'partner.domain', -- domain
  'partner.client_id', -- client_id
  'partner.secret_key', -- secret_key
  '2026-11-24 09:00:00.000000', -- removed_at
  'partner0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "schedule" ("command", "form", "due", "state", "attempts", "not_before", "lease", "lease_until", "began_at", "ended_at", "code", "id", "organisation") VALUES (
  'schedule.command', -- command
  'schedule.form', -- form
  '2026-11-24 09:00:00.000000', -- due
  'schedule.state', -- state
  7, -- attempts
  '2026-11-24 09:00:00.000000', -- not_before
  'schedule.lease', -- lease
  '2026-11-24 09:00:00.000000', -- lease_until
  '2026-11-24 09:00:00.000000', -- began_at
  '2026-11-24 09:00:00.000000', -- ended_at
  7, -- code
  'schedule000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "set_aside" ("source", "key", "reason", "message", "seen_at", "seen_in", "id", "organisation") VALUES (
  'set_aside.source', -- source
  'set_aside.key', -- key
  'set_aside.reason', -- reason
  'set_aside.message', -- message
  '2026-11-24 09:00:00.000000', -- seen_at
  'set_aside.seen_in', -- seen_in
  'set_aside00000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "source_state" ("source", "cursor", "settings_key", "catalogue_key", "full_at", "pulled_at", "as_of", "id", "organisation") VALUES (
  'source_state.source', -- source
  X'01319023886b8090ea11f620e048a67cb50443dbc0bec32c7c96dcb79293284411dce29fd50651ff345c6c8c67cc540f332a473fb6f17e3a63c1e2', -- cursor
  'source_state.settings_key', -- settings_key
  'source_state.catalogue_key', -- catalogue_key
  '2026-11-24 09:00:00.000000', -- full_at
  '2026-11-24 09:00:00.000000', -- pulled_at
  '2026-11-24 09:00:00.000000', -- as_of
  'source_state00000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "staff" ("name", "email", "email_key", "roles", "account_key", "joined_at", "removed_at", "id", "organisation") VALUES (
  X'01319023880f9d6f1e5848314096b47974232f56ec0482db4889a6b1a74e7827552114e5de07b45ae5725bd6c705a3d769e9', -- name
  X'0131902388d1c0f14f39c39a0701050e8e04243cdd9c6ba1756b8625e69a1f2b02532e07ab7993a294f0cecfb05ae54374f383', -- email
  'staff.email_key', -- email_key
  'staff.roles', -- roles
  'staff.account_key', -- account_key
  '2026-11-24 09:00:00.000000', -- joined_at
  '2026-11-24 09:00:00.000000', -- removed_at
  'staff000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "state" ("name", "value", "id", "organisation") VALUES (
  'state.name', -- name
  'state.value', -- value
  'state000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "award" ("learner_id", "achievement_id", "achievement_version", "round", "valid_from", "state", "completed_at", "evidence", "decided_by", "decided_at", "by_rule", "reason", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'award.achievement_id', -- achievement_id
  7, -- achievement_version
  7, -- round
  '2026-11-24 09:00:00.000000', -- valid_from
  'award.state', -- state
  '2026-11-24 09:00:00.000000', -- completed_at
  X'0131902388523c5d671b9269a8a756d6b1500281f2f0926d5d7c72c4b1095c6ddda557562351969360b35911dab90c0a18977b462f25', -- evidence
  X'0131902388478ef20b257476794b9f70adc291bc1382ce358fa14837da224080049e7720e6abb69a908061383df69aa2f4b77fca1515be5d', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  TRUE, -- by_rule
  X'01319023883cd73fefe5250ebf300c70d768ae2c16658e53dc227a8d02b875a44acedff1ee5071c4f2ef0e09680a4d19967b52d8', -- reason
  'award000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "completion" ("source", "key", "learner_id", "content", "state", "reason", "seen_at", "seen_in", "id", "organisation") VALUES (
  'completion.source', -- source
  'completion.key', -- key
  'learner0000000000000000000000000', -- learner_id
  X'013190238886ad376f4fa9e3640d0baf482e105fe456d77372ba0ab724fbea87ea0dda76ce358c0365bc0070ec305e18daf8b1ef9a76bff52bd8', -- content
  'completion.state', -- state
  'completion.reason', -- reason
  '2026-11-24 09:00:00.000000', -- seen_at
  'completion.seen_in', -- seen_in
  'completion0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "erasure" ("learner_id", "scope", "decision", "by", "reason", "at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'erasure.sc', -- scope
  'erasure.decision', -- decision
  X'0131902388fb02183fe3d20122b621cd320fd0aa0f51a4022104bf7f9fd4bf98c80b5d72651023dd649b24f91a32067f7469', -- by
  X'01319023888198ece46ecb603cc3792348bd3ccdde8fb2b717f1d371c3893aa47d71035e05cd4c18643661304cc2e4e49b85f51dda09', -- reason
  '2026-11-24 09:00:00.000000', -- at
  'erasure0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "identity" ("source", "key", "learner_id", "aliases", "id", "organisation") VALUES (
  'identity.source', -- source
  'identity.key', -- key
  'learner0000000000000000000000000', -- learner_id
  X'013190238809423f4d30f9cacb61030f7c6dbd52444831f59e2fc5c8ce4f4bcb395bc811cae7a6698b8da05c0384deb0ccfcb43749edeef4', -- aliases
  'identity000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "invitation" ("staff_id", "token_key", "expires", "used_at", "id", "organisation") VALUES (
  'staff000000000000000000000000000', -- staff_id
  'invitation.token_key', -- token_key
  '2026-11-24 09:00:00.000000', -- expires
  '2026-11-24 09:00:00.000000', -- used_at
  'invitation0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "passkey" ("staff_id", "key_id", "public_key", "uses", "at", "used_at", "id", "organisation") VALUES (
  'staff000000000000000000000000000', -- staff_id
  'passkey.key_id', -- key_id
  X'01319023882913383955f120da85225ee8858e886bdd5db0c501ff53c8a37a93550ff899420cd123250cf6ac472e370f10753c28182ce180f968', -- public_key
  7, -- uses
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24 09:00:00.000000', -- used_at
  'passkey0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "permission" ("learner_id", "kind", "subject", "given_by", "given_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'permission.kind', -- kind
  'permission.subject', -- subject
  X'0131902388669af2d1c73b4a2c37f54acd9ec039a10f51e90ef8b1798f552c417f9fa3b9d72926049831a520458fa76909dfdebe67caa810cdb154', -- given_by
  '2026-11-24 09:00:00.000000', -- given_at
  'permission0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "session" ("staff_id", "token_key", "way", "began_at", "expires", "revoked_at", "second_factor_at", "id", "organisation") VALUES (
  'staff000000000000000000000000000', -- staff_id
  'session.token_key', -- token_key
  'session.way', -- way
  '2026-11-24 09:00:00.000000', -- began_at
  '2026-11-24 09:00:00.000000', -- expires
  '2026-11-24 09:00:00.000000', -- revoked_at
  '2026-11-24 09:00:00.000000', -- second_factor_at
  'session0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "share" ("learner_id", "partner_id", "token", "token_key", "purpose", "until", "anonymous", "application_email", "created_at", "withdrawn_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'partner0000000000000000000000000', -- partner_id
  X'0131902388507796aa6c614801d9f6162bc4f5f6bb5da82bd313c52dc595ad1691b91e7c9d20ee2070de95e854f50ff67a0863', -- token
  'share.token_key', -- token_key
  X'01319023888adc12d21e129e122f78698190297edb4bbc8c42abfd1f419852038802ad7499973d2954e34f6d60ad57a1cedacf70a2', -- purpose
  '2026-11-24', -- until
  TRUE, -- anonymous
  X'0131902388d067f4ae426b4ef53974fb29c6bd6f96bb49d8ef11b2b31ebc2b41983c46458be2bd0a98e42036f2a60fa6905895be80e4acfc28792b23315517', -- application_email
  '2026-11-24 09:00:00.000000', -- created_at
  '2026-11-24 09:00:00.000000', -- withdrawn_at
  'share000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "sign_in" ("learner_id", "token_key", "kind", "made_by", "expires", "used_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'sign_in.token_key', -- token_key
  'sign_in.ki', -- kind
  X'01319023888cec65bb9b61296646dbb6ffa816d26e37b79a2bc1ecb22338edf9efb05ebc56137b414b8e79fa6d3cfb0adbdc8d452c330f', -- made_by
  '2026-11-24 09:00:00.000000', -- expires
  '2026-11-24 09:00:00.000000', -- used_at
  'sign_in0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "tombstone" ("identity_key", "learner_id", "at", "id", "organisation") VALUES (
  'tombstone.identity_key', -- identity_key
  'learner0000000000000000000000000', -- learner_id
  '2026-11-24 09:00:00.000000', -- at
  'tombstone00000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "alias" ("identity_id", "name", "value_key", "id", "organisation") VALUES (
  'identity000000000000000000000000', -- identity_id
  'alias.name', -- name
  'alias.value_key', -- value_key
  'alias000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "credential" ("award_id", "learner_id", "achievement", "urn", "public_id", "live_key", "format", "media_type", "filename", "content", "status", "status_reason", "status_at", "issued_at", "valid_until", "supersedes_id", "status_list", "status_index", "reminded", "id", "organisation") VALUES (
  'award000000000000000000000000000', -- award_id
  'learner0000000000000000000000000', -- learner_id
  X'01319023883abd6ee1e1675c21561139f7c8e6364fdb681de1989e52ef0163c427286dc47f8294e47a617ea6571af797d00608099c97e24e399f7617d0c6', -- achievement
  'credential.urn', -- urn
  'credential.public_id', -- public_id
  'credential.live_key', -- live_key
  'credential.format', -- format
  'credential.media_type', -- media_type
  'credential.filename', -- filename
  X'0131902388a65d799c1385e0d0f6f88c1fa58094ab5ec999646044f6658802b0eadbc60bb3e214c0be336d03176b6671256a2a32f9c1be98a54f', -- content
  'credential.status', -- status
  X'01319023886b380a99b47623742715c34c41fc5f50c4507d888df38aca5f0dc520f34ca381678fe4574a1684253a64de5759f64fb76950baae12fa80f96be17d', -- status_reason
  '2026-11-24 09:00:00.000000', -- status_at
  '2026-11-24 09:00:00.000000', -- issued_at
  '2026-11-24 09:00:00.000000', -- valid_until
  NULL, -- supersedes_id
  7, -- status_list
  7, -- status_index
  7, -- reminded
  'credential0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "disclosure" ("share_id", "viewer", "at", "id", "organisation") VALUES (
  'share000000000000000000000000000', -- share_id
  'disclosure.viewer', -- viewer
  '2026-11-24 09:00:00.000000', -- at
  'disclosure0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "review" ("kind", "source", "key", "signal", "learner_id", "award_id", "code", "message", "state", "reason", "at", "decided_by", "decided_at", "id", "organisation") VALUES (
  'review.kind', -- kind
  'review.source', -- source
  'review.key', -- key
  'review.signal', -- signal
  'learner0000000000000000000000000', -- learner_id
  'award000000000000000000000000000', -- award_id
  'review.code', -- code
  'review.message', -- message
  'review.state', -- state
  X'01319023881f1d52e04fe1d14972ba09d39b6a1ebfcd88d661a94b78ec9020162bef770f04874c9a6335e303177e9f3726630494de', -- reason
  '2026-11-24 09:00:00.000000', -- at
  X'013190238824c34cddeea5708bcc0193320fed77b9aac529f99cc9e50ffece7f0dbb574552ababaf5a75d55fcc12fa50e36109123ce3cc43f8', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  'review00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "appeal" ("learner_id", "award_id", "credential_id", "text", "state", "open_key", "at", "due", "decided_by", "decided_at", "reason", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'award000000000000000000000000000', -- award_id
  'credential0000000000000000000000', -- credential_id
  X'01319023885e247974fc9f22d60da95c92010ddbaefc715dffe1550f84f22b509e79ecbea6a98975bdff105dc28760355a7658', -- text
  'appeal.state', -- state
  'appeal.open_key', -- open_key
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24', -- due
  X'01319023883164db67c230aaf7a2313cc39a8f3852216a113a0a5964df1c04bd1acc152ac9bfe1f8bd843c1b23773e948370b57e45cf3e88c6', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  X'01319023880cc244d857ac2bc3b0b0b9e1697e0840629fe8fbff97621d1da58798a1ef7615285b7a65f53c37c70b4e25e1f6e3017f', -- reason
  'appeal00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "delivery" ("credential_id", "learner_id", "permission_id", "courier", "to", "to_key", "state", "reason", "reference", "url", "at", "id", "organisation") VALUES (
  'credential0000000000000000000000', -- credential_id
  'learner0000000000000000000000000', -- learner_id
  'permission0000000000000000000000', -- permission_id
  'delivery.courier', -- courier
  X'01319023888c703a833e1852beb2af4cb9bb31f63fcaff7349921e9e8123d6373febe40d182716b703dd938987a299516116bb', -- to
  'delivery.to_key', -- to_key
  'delivery.state', -- state
  'delivery.reason', -- reason
  'delivery.reference', -- reference
  'delivery.url', -- url
  '2026-11-24 09:00:00.000000', -- at
  'delivery000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "message" ("key", "learner_id", "to", "subject", "text", "credential_id", "state", "reason", "reference", "at", "id", "organisation") VALUES (
  'message.key', -- key
  'learner0000000000000000000000000', -- learner_id
  X'013190238824b9a4075692fc37f681de1c6c31f408c5c2971fcb6a23c7ca7f63906fed80a192df0dc95ee79cac430e1b66e8', -- to
  X'0131902388bd1a751076af58c9bfb9fd65e53618ef3074ed03dcedab8c789bb58e5b73443290e87f11b346e8f72d2f2273c910febd3ca9', -- subject
  X'01319023887e60932b6b1597da157dcd7af7868024b82643e26763ff455f231957dc18c4f7653c399db92fbb3f3487a1b73be931', -- text
  'credential0000000000000000000000', -- credential_id
  'message.state', -- state
  'message.reason', -- reason
  'message.reference', -- reference
  '2026-11-24 09:00:00.000000', -- at
  'message0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "share_credential" ("share_id", "credential_id", "id", "organisation") VALUES (
  'share000000000000000000000000000', -- share_id
  'credential0000000000000000000000', -- credential_id
  'share_credential0000000000000000', -- id
  'school' -- organisation
);
