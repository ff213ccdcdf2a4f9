-- mimis 0.1.0, tables of revision 0002
INSERT INTO "actor" ("name", "name_key", "id", "organisation") VALUES (
  X'01319023889c397ecae7a6274e368c26953e6533390be093682ef22a49d09a77c6f62c88a7ba1903355c8bd1a0c8bf6cca65', -- name
  'actor.name_key', -- name_key
  'actor000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "attempt" ("attempt_key", "times", "expires", "id", "organisation") VALUES (
  'attempt.attempt_key', -- attempt_key
  7, -- times
  '2026-11-24 09:00:00.000000', -- expires
  'attempt0000000000000000000000000', -- id
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
INSERT INTO "catalogue_entry" ("achievement_id", "version", "state", "revision", "content", "by", "at", "published_at", "id", "organisation") VALUES (
  'catalogue_entry.achievement_id', -- achievement_id
  7, -- version
  'catalogue_entry.stat', -- state
  7, -- revision
  X'0131902388f4123099f94a7169d2f09d5cb6ef97842a0aa00fa879cb29264dc5085682bc52e7a37a07c129762a12d2911ed47eef59d12768706447b6df8251', -- content
  X'01319023886c05414935097204bcf7ce091289f46daebf4a53a67b3d4b101812dd584bae3e29d2d6b8ad308b8b0293c49a895534e857b115b2b2', -- by
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24 09:00:00.000000', -- published_at
  'catalogue_entry00000000000000000', -- id
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
  X'0131902388fdd7eb7747b6c96380952f9b56081b9197cee6875b04c24aed305fb55d02fed5e4237885311b6fc86c6cf54115', -- hint
  'event.hint_key', -- hint_key
  '2026-11-24 09:00:00.000000', -- at
  'event000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "import" ("key", "state", "content", "at", "id", "organisation") VALUES (
  'import.key', -- key
  'import.state', -- state
  X'0131902388e53f00155d74405285de401512e7ad3d588f18ad05afe4866cee2fe0e37c86e2f030d0bd9c2953e946ff81ffd995db50e4', -- content
  '2026-11-24 09:00:00.000000', -- at
  'import00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "issuing_right" ("number", "owner", "achievement_id", "issuer", "statement", "granted_by", "at", "ended_by", "ended_at", "id", "organisation") VALUES (
  'issuing_right.number', -- number
  'issuing_right.owner', -- owner
  'issuing_right.achievement_id', -- achievement_id
  'issuing_right.issuer', -- issuer
  X'013190238850358075fb26d431567d6928eb05c5317bbeaee4b3d90e90410df764a700d6bdd6a2a28082b37ecb75df21500e06ce759f589ca9767c9798730a', -- statement
  X'013190238853ea7bc99c133bcfe3ac9ec2bc30371f6ca576295c2985ffc2bb7480a7d632e8ee5799add8e82935294f083869fe3b75abfa7129d56be476a56656', -- granted_by
  '2026-11-24 09:00:00.000000', -- at
  X'0131902388064ba4f275994fcce06c06ed83c20dc8827f04d3f586502265652c034f88548df374c74db8c17f68892bfc526674ae9264de72f668c3261b74', -- ended_by
  '2026-11-24 09:00:00.000000', -- ended_at
  'issuing_right0000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "launch" ("state_key", "nonce_key", "platform", "began_at", "expires", "id", "organisation") VALUES (
  'launch.state_key', -- state_key
  'launch.nonce_key', -- nonce_key
  'launch.platform', -- platform
  '2026-11-24 09:00:00.000000', -- began_at
  '2026-11-24 09:00:00.000000', -- expires
  'launch00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "learner" ("full_name", "given_name", "family_name", "email", "email_key", "birth_date", "protected", "revision", "id", "organisation") VALUES (
  X'01319023889ca3430362bd8915a7f016e124696e12f582da2774fee8ffcf7cc23cef503c96ed9a5d581fa68c790b76e7e52c16da25f89cfd43', -- full_name
  X'0131902388856e7b18cf750e5524eeb2e7b1515abda5bb295700c33d23e16694625e4af9d8a47cbe847fa628f434f8aa0d8908bc5b23e4f6fe56', -- given_name
  X'013190238890ca7d15eb5f744cca3dc0f2090d35681e31e2e266bd68ec900f5c4be3bc93c088119d8f5f20bfea9f6b3af1491fe9f8e64ddbc38f51', -- family_name
  X'013190238887696c327330478501f2381d469382bc73d23237203bd42e1bd7a96a38db5d99cfb926eb1eae2cbf84087598bbbe9523', -- email
  'learner.email_key', -- email_key
  X'0131902388359486407201c33f140c9b4c31a1f18854d7b73e0954e83b0dc61e93b2f23bae7049dd343be524edb474fe893747cca36eb38cdb69', -- birth_date
  TRUE, -- protected
  7, -- revision
  'learner0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "merge" ("number", "keep_id", "other_id", "before", "by", "at", "undone_by", "undone_at", "id", "organisation") VALUES (
  7, -- number
  'merge.keep_id', -- keep_id
  'merge.other_id', -- other_id
  X'0131902388bc4bef14ca58eccd88b86db85f48338ef462ca611753b745e6052bbf75b71b409a320981cf864571c8a51f48609cab', -- before
  X'0131902388a3ca9b1048837ed7e3ff830893e52e43bc2b1eeebba588a3a91c89c690a7830f138039761e9c723b98e2eb', -- by
  '2026-11-24 09:00:00.000000', -- at
  X'013190238824898a7dc2207d443680e3ef4a8ed71d1465b8400c316c8cf1bb7e573423d70f3729c2d06a1ca1b6201b940a4b4d120cbc75', -- undone_by
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
INSERT INTO "placement" ("token_key", "platform", "request", "expires", "id", "organisation") VALUES (
  'placement.token_key', -- token_key
  'placement.platform', -- platform
  X'0131902388d652ace179e516442b3899266028606be75939ff8e63b8dfea3413b9d2fdaeaca738e50b8541c211e4954fb3cd5f9d5109586157', -- request
  '2026-11-24 09:00:00.000000', -- expires
  'placement00000000000000000000000', -- id
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
  X'0131902388da96aed45d33dbe538c78e295b134022df33686549eb9ebc5f6664ace7da3f5d2d50644ce1d4a77002ff8ea25b0b4096fa7734a6337f', -- cursor
  'source_state.settings_key', -- settings_key
  'source_state.catalogue_key', -- catalogue_key
  '2026-11-24 09:00:00.000000', -- full_at
  '2026-11-24 09:00:00.000000', -- pulled_at
  '2026-11-24 09:00:00.000000', -- as_of
  'source_state00000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "staff" ("name", "email", "email_key", "roles", "account_key", "joined_at", "removed_at", "id", "organisation") VALUES (
  X'01319023883928833c2ab765ee3ee9858a83f366e62fa3756cc9e44aac0bcf12c7569665026aeaf97f09e5939ccf22b23128', -- name
  X'0131902388985c2975503501386b0e011ce7dbeb17a32eb2ad83ed5c403074f42348dcba880325219e3f1cdc6a81c37d24707a', -- email
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
INSERT INTO "attestation" ("learner_id", "achievement_id", "achievement_version", "kind", "name", "email", "workplace", "started_on", "ended_on", "hours", "made_by", "phone", "until", "asked_at", "reminded_at", "opened_at", "answers", "answered_at", "withdrawn_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'attestation.achievement_id', -- achievement_id
  7, -- achievement_version
  'attestation.kind', -- kind
  X'0131902388dc55f9495d0ae8fc5767bdb82380d35d8149641b49697e89219cdaa7aaa5bdf7c9312ff7c9487d936f19f738c27db704658ab0', -- name
  X'0131902388056cee0fdb901e1fb465ceb8963ebc36665cc145a0e103fd29d2820cad960402edb7df9d3f84ae14da429a36bf6ec7718489047f', -- email
  X'013190238815259a6171c8922f7e9029686461c5c8d9c580886f05821fdc27c93f13bc18feba46088c9634789b115a23ef17c41e2f1558d1c8ebafa551', -- workplace
  '2026-11-24', -- started_on
  '2026-11-24', -- ended_on
  '7.5', -- hours
  X'01319023887513537740ee0655ea7d517d1bbbe5c93e62c8f6f8f4674b98c62dd08ca523167cd897acb0f39a6db9a48875c0fdb80cae7aa8b54b4f', -- made_by
  X'0131902388f3043d34b9e018895fc8c0d7836fc4877b2fb7597a7e43ccbdd64e75f8eddff87197ccdde9955303e4f0e735c33b6ee8ae48491a', -- phone
  '2026-11-24', -- until
  '2026-11-24 09:00:00.000000', -- asked_at
  '2026-11-24 09:00:00.000000', -- reminded_at
  '2026-11-24 09:00:00.000000', -- opened_at
  X'01319023886c41b9e4591e0607c2939dc88a52498a3540b779aeec143dc0e71625e370319a97bb567fc0f06e34e4f9c475e5237cd399685ce73486', -- answers
  '2026-11-24 09:00:00.000000', -- answered_at
  '2026-11-24 09:00:00.000000', -- withdrawn_at
  'attestation000000000000000000000', -- id
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
  X'013190238806dd0d954478cfac5cc92d457c8ad838be8db042450c6c9e847560386388dda9deed1381e300da675964370174ba17fc7c', -- evidence
  X'013190238839453a8e947b03015e989c8fe5e24fa0899a93db9014deb6c175951561203453a24fc4e3ca737ddab6c2e590df789f8ab340fb', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  TRUE, -- by_rule
  X'0131902388fccb98bebf02d0119a52e2395b07e360019d33bff3e3ca9838e4b6becfea57a12b53be50b6e17b8f00e27c243b0f83', -- reason
  'award000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "catalogue_review" ("achievement_id", "version", "content_key", "staff_id", "body", "verdict", "findings", "at", "answer", "answered_at", "id", "organisation") VALUES (
  'catalogue_review.achievement_id', -- achievement_id
  7, -- version
  'catalogue_review.content_key', -- content_key
  'staff000000000000000000000000000', -- staff_id
  X'0131902388ffa1da6b03c1cbbbf4556a55bb777b9611c29d8ca7ef98f93c8d6f8a31c190e7cea002cef60055275b84c55f22d77f5d9153ec4a1a0e80cc', -- body
  'catalogue_review.ver', -- verdict
  X'01319023887c2e43fceb1526c098a1654c72f7d9d8d5153f9d74ef71a0988d9fca0371ff18cb05f1936647f70485e928859f683620ebdccc92e79e3ef378cf2907', -- findings
  '2026-11-24 09:00:00.000000', -- at
  X'013190238872867905b0e83048d7382ff0a22d7f08ddbbd0e40a69353e992db9898f3ca34a1413197c77a646aca7204fb2de36d4c7def4d7c763dae2d5c652', -- answer
  '2026-11-24 09:00:00.000000', -- answered_at
  'catalogue_review0000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "completion" ("source", "key", "learner_id", "content", "state", "reason", "seen_at", "seen_in", "id", "organisation") VALUES (
  'completion.source', -- source
  'completion.key', -- key
  'learner0000000000000000000000000', -- learner_id
  X'01319023886aa853172623f50253355e118ae5918dae64f2d1711e478d56bb4e0f3b043d15d81f2ca53fea3e7f941a98fe857f29621888acb19d', -- content
  'completion.state', -- state
  'completion.reason', -- reason
  '2026-11-24 09:00:00.000000', -- seen_at
  'completion.seen_in', -- seen_in
  'completion0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "contact" ("learner_id", "address", "address_key", "token_key", "expires", "at", "confirmed_at", "main", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  X'01319023883879d53c3f38e1433cbaa52ad43537bdd59659bab58f5c55f7b679bededcee06cc8f82dd28d17a8eafaa482d7bb04aa7d534', -- address
  'contact.address_key', -- address_key
  'contact.token_key', -- token_key
  '2026-11-24 09:00:00.000000', -- expires
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24 09:00:00.000000', -- confirmed_at
  TRUE, -- main
  'contact0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "declined_mail" ("learner_id", "kind", "at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'declined_mail.kind', -- kind
  '2026-11-24 09:00:00.000000', -- at
  'declined_mail0000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "erasure" ("learner_id", "scope", "decision", "by", "reason", "at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'erasure.sc', -- scope
  'erasure.decision', -- decision
  X'0131902388a44918bf3a1005821266b5894fbe33fd18bb5119b487ec1d398933f349162cfbca90c8d8c00ac086d788c815a9', -- by
  X'0131902388d7d6fb40cd780de839a249b5098a12a10620100df65dae74095e6e0d2731ec39a1d23721e898bf41f7f7d6ee16cb72ad47', -- reason
  '2026-11-24 09:00:00.000000', -- at
  'erasure0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "helper" ("learner_id", "name", "token_key", "until", "show_shares", "created_at", "ended_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  X'0131902388ed30049094e6ab0dfc6fb25f2a445b5606907b81caf8f31ecdfd7bf0288daee9e1e23bf6af9c76399a7218488205', -- name
  'helper.token_key', -- token_key
  '2026-11-24', -- until
  TRUE, -- show_shares
  '2026-11-24 09:00:00.000000', -- created_at
  '2026-11-24 09:00:00.000000', -- ended_at
  'helper00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "identity" ("source", "key", "learner_id", "aliases", "id", "organisation") VALUES (
  'identity.source', -- source
  'identity.key', -- key
  'learner0000000000000000000000000', -- learner_id
  X'0131902388bcffdd25238428cc7a245b0885d3ee2432d41be41655b85ec6810d22b56e684ce6997d7f4d147f40d523ab5f8ac0b8a0edecc0', -- aliases
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
INSERT INTO "learner_account" ("learner_id", "account_key", "at", "used_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'learner_account.account_key', -- account_key
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24 09:00:00.000000', -- used_at
  'learner_account00000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "passkey" ("staff_id", "key_id", "public_key", "uses", "at", "used_at", "id", "organisation") VALUES (
  'staff000000000000000000000000000', -- staff_id
  'passkey.key_id', -- key_id
  X'01319023889c36235c96d40ed2574b7795bea4e5e8968183351f62ea12025627b25504b1d1e34df5160a18dddcb6b77b337c1bc08f5f91af7f4e', -- public_key
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
  X'0131902388ee43300e28a58618fea29f323c2e2fc2e87c8a9106030c62fcfa7c6f89431493487484d0c557ec1ab74db064b3e796aff636b407ed9f', -- given_by
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
  X'013190238873a1ab2705f4561e077a5a044b5f531199c0a917e69c6dc3134067835725b41aacc8e60ad6e5110399660a94cf77', -- token
  'share.token_key', -- token_key
  X'01319023883baace51636ae37fad03358e393d423bb88cabc8612a80de74fa5fef1016ce4b1c042dfcad0ae94db058ba07e3423d59', -- purpose
  '2026-11-24', -- until
  TRUE, -- anonymous
  X'013190238879716a9b9c535615c2d18a1992058e22a535806ee45c850f9a079ec0189c79a86b0e485037e5332e0c629f05f07ae038997e2f084f82a2adf6cd', -- application_email
  '2026-11-24 09:00:00.000000', -- created_at
  '2026-11-24 09:00:00.000000', -- withdrawn_at
  'share000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "sign_in" ("learner_id", "token_key", "kind", "made_by", "expires", "used_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'sign_in.token_key', -- token_key
  'sign_in.ki', -- kind
  X'01319023889f1fabdd1cfda641590eb844981dc936228f940ee76ed0f5a55b7647f0d2cd9161c81ae96b758fef498f14fb5d479502cb0e', -- made_by
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
INSERT INTO "attestation_link" ("attestation_id", "token_key", "made_at", "id", "organisation") VALUES (
  'attestation000000000000000000000', -- attestation_id
  'attestation_link.token_key', -- token_key
  '2026-11-24 09:00:00.000000', -- made_at
  'attestation_link0000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "credential" ("award_id", "learner_id", "achievement_id", "achievement", "urn", "public_id", "live_key", "format", "media_type", "filename", "status", "status_reason", "status_at", "issued_at", "valid_until", "supersedes_id", "status_list", "status_index", "reminded", "content", "id", "organisation") VALUES (
  'award000000000000000000000000000', -- award_id
  'learner0000000000000000000000000', -- learner_id
  'credential.achievement_id', -- achievement_id
  X'0131902388fb7731e8c8e64156fd55e0594e19174acba6167d32dca0aea515f09881459c64974b9396095930638eaad6801f712dadff18e8f34e6b98e7f9', -- achievement
  'credential.urn', -- urn
  'credential.public_id', -- public_id
  'credential.live_key', -- live_key
  'credential.format', -- format
  'credential.media_type', -- media_type
  'credential.filename', -- filename
  'credential.status', -- status
  X'01319023881877523e72d19b8d1c10909403a3f732c5393d395171de8633f09d156440f6aa85324fbfadd088f768faac1791dd470cb590b72afd751d146f6438', -- status_reason
  '2026-11-24 09:00:00.000000', -- status_at
  '2026-11-24 09:00:00.000000', -- issued_at
  '2026-11-24 09:00:00.000000', -- valid_until
  NULL, -- supersedes_id
  7, -- status_list
  7, -- status_index
  7, -- reminded
  X'0131902388bb366cdd480222eff5dcea7e73c06f0cf7c024004242f2e6757240449a453e7d86e5fe921bc4778e9aacc344928d8ad1c5fed70ee7', -- content
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
INSERT INTO "helper_look" ("helper_id", "at", "id", "organisation") VALUES (
  'helper00000000000000000000000000', -- helper_id
  '2026-11-24 09:00:00.000000', -- at
  'helper_look000000000000000000000', -- id
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
  X'013190238826ce8bb125671760204e1dbfc036b9fe112586c80089a27f9b35010e2ab82fd5cbde2b584706c5953a07887e540c08ec', -- reason
  '2026-11-24 09:00:00.000000', -- at
  X'0131902388860cb8e312ec0ec6fb337ace68233876c1daf309631df9f9705ccd7fceff3476f8f4110ce4530310b165a6fa5d0200cdf6a75455', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  'review00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "appeal" ("learner_id", "award_id", "credential_id", "text", "state", "open_key", "at", "due", "decided_by", "decided_at", "reason", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'award000000000000000000000000000', -- award_id
  'credential0000000000000000000000', -- credential_id
  X'0131902388cc32f801d62e9c463670880b8814031f4cd997d87bfe7925b1410b2641bf12bc14209a87aff98638516c8d99451f', -- text
  'appeal.state', -- state
  'appeal.open_key', -- open_key
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24', -- due
  X'0131902388072df554a43bf1b9b7666844aaede304eb78be147b2e45adcc6b98b75cf49153f9ca8026c8dc3dada734b2ab25c489e9f199d7b6', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  X'01319023883ae1e71f56c1fe842c471139bd71612d0ac22a75aaa2d1e11b8b8bbf99f3af04f39e4f37a2f44cf44615641a6367b681', -- reason
  'appeal00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "delivery" ("credential_id", "learner_id", "permission_id", "courier", "to", "to_key", "state", "reason", "reference", "url", "at", "id", "organisation") VALUES (
  'credential0000000000000000000000', -- credential_id
  'learner0000000000000000000000000', -- learner_id
  'permission0000000000000000000000', -- permission_id
  'delivery.courier', -- courier
  X'01319023885afdaded68e918728f609e4d51d3f9b9aec87c6aff1db96d0987981c21b1a58f24a2a2e44fe8ed3e20a0b4c6a0d2', -- to
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
  X'013190238882c06dde30cb1aa396c1db1cdd8fedee544acc1dc9fb6b347c9022de1e82185682a2d216155663dd57436fc005', -- to
  X'01319023889eebb0380e53d7e89732f617d0492e65b606bd07af5070a39887b97bb14b5fa0e7eabba76eb26b3d8ca675b97e5ffb4497ed', -- subject
  X'01319023885385fc57babd561402ff7f376ea80288e5f1904b0c96f28c39b88a864621ca55247562a6223667c9aa906d549da8f8', -- text
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
