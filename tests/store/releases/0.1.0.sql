-- mimis 0.1.0, tables of revision 0002
INSERT INTO "actor" ("name", "name_key", "id", "organisation") VALUES (
  X'0131902388e9ff21d17812e77a32cd063b0aae1b09dd6e9b3040f96c80059094f8f274070cd08ff8bc88fa7e8c29bb90dd07', -- name
  'actor.name_key', -- name_key
  'actor000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "asked_pull" ("source", "state", "asked_at", "ended_at", "done", "total", "counts", "reason", "id", "organisation") VALUES (
  'asked_pull.source', -- source
  'asked_pull.state', -- state
  '2026-11-24 09:00:00.000000', -- asked_at
  '2026-11-24 09:00:00.000000', -- ended_at
  7, -- done
  7, -- total
  '{"å": "asked_pull.counts"}', -- counts
  'asked_pull.reason', -- reason
  'asked_pull0000000000000000000000', -- id
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
  X'01319023883c57104467ad5b9e489fc28b6314ad8a5cac73bbc5fb038c04b84b38cba48fa2491c3c3aa675e466551a8f72b908f98399f909146b5ea0265c40', -- content
  X'0131902388050836cd75b9641fba968f1a9c1059ebec3ed2c92df45b919db6b97d8dce41097233ff4c57f18237a64f4a2463918393ec325e57cd', -- by
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
INSERT INTO "competence" ("key", "content", "id", "organisation") VALUES (
  'competence.key', -- key
  'competence.content', -- content
  'competence0000000000000000000000', -- id
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
INSERT INTO "endorsement" ("achievement_id", "version", "name", "registration", "words", "issued_at", "until", "content", "confirmed", "by", "at", "withdrawn_at", "withdrawn_reason", "id", "organisation") VALUES (
  'endorsement.achievement_id', -- achievement_id
  7, -- version
  'endorsement.name', -- name
  'endorsement.registration', -- registration
  'endorsement.words', -- words
  '2026-11-24 09:00:00.000000', -- issued_at
  '2026-11-24 09:00:00.000000', -- until
  X'013190238893ac05113e0b2bdc1919d3461a24527a19c9f9ca3a85433e7d2ce50bb0f9c7469a4e001eaa798be91ea0e049964ad50b753775294ee6', -- content
  TRUE, -- confirmed
  X'0131902388babd40bf957a2f981c1d3ecbcdb34b9def61e72e5121a6bffcad860d838bf60af9e25e0a0819bdc82b6db8ec59a76a381d', -- by
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24 09:00:00.000000', -- withdrawn_at
  X'01319023883351961e88bdc223bb1df89b63f7b0032e0ccf78e78e83926ae66a3792ff393cb6230c4e224f89e0212662fcca15f93773a5f1110f0ca9464b6614c22dcc0c', -- withdrawn_reason
  'endorsement000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "esco_part" ("name", "content", "id", "organisation") VALUES (
  'esco_part.name', -- name
  X'c385c3a4c3b6206573636f5f706172742e636f6e74656e74', -- content
  'esco_part00000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "esco_release" ("version", "digest", "imported_at", "id", "organisation") VALUES (
  'esco_release.version', -- version
  'esco_release.digest', -- digest
  '2026-11-24 09:00:00.000000', -- imported_at
  'esco_release00000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "event" ("source", "hint", "hint_key", "at", "id", "organisation") VALUES (
  'event.source', -- source
  X'01319023887a19a3ba654247b139e8758f0fc528c0846d06244fc00e1f322734766847a07cf9893aff16aea4151b0f5fc04f', -- hint
  'event.hint_key', -- hint_key
  '2026-11-24 09:00:00.000000', -- at
  'event000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "import" ("key", "state", "content", "at", "id", "organisation") VALUES (
  'import.key', -- key
  'import.state', -- state
  X'01319023887fe31a08fab7dcb924ad1ac7bac1379eff8edacffd6ea9fe3f31284c0768f752f7781d3ea13f39bf6e9aa937b1f0f32024', -- content
  '2026-11-24 09:00:00.000000', -- at
  'import00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "issuing_right" ("number", "owner", "achievement_id", "issuer", "statement", "granted_by", "at", "ended_by", "ended_at", "id", "organisation") VALUES (
  'issuing_right.number', -- number
  'issuing_right.owner', -- owner
  'issuing_right.achievement_id', -- achievement_id
  'issuing_right.issuer', -- issuer
  X'013190238891eb1193c361ba3dd1c9270bb826babf84705495cf17b46b63d597f6bc30c4a074000d97838244dc73fcf52b1d7bf0026e2d3cb9ba47bacfd930', -- statement
  X'013190238814c8e417b0383f53edd812ac0cfc0c4a5f1a98ee8198e9e67fa19d4e364000c975bff697247fed009b64e4920b4a9cb1b51970729271ea74067dd1', -- granted_by
  '2026-11-24 09:00:00.000000', -- at
  X'01319023880ed590b57ac0acd22884f276ba95ddfe32c6b34534fc3d51c26aa56bcb222fa284ba2511b329a7d5dec3db4848042d319fb6f6d146231a8a61', -- ended_by
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
  X'0131902388efda81f6f515aa1dae50f524c1926352bdf6f0d69aa8f9da47147474194c90a8be3ef17adca46cb6c6380db47fb657bfae692902', -- full_name
  X'01319023888a91e8b0157a35acab1db17ed6c9e0ce5863b53cf3effa85df0df776c1cc141f898e63a2eefb2587c7019271ac1976f4afd3f8c207', -- given_name
  X'01319023880905ba28bd667c719a96dd5188131c5903275f76ed8ce3447e848b191ad7f256da4d2a4c794deb4d9ac8ade4d5aea17739a031234b01', -- family_name
  X'01319023882544660e7923f088e6a4f9cbfe1334bec9672e5491a42e06463c2b9effbe58872a785619ede5efe7fb21f329d7bed940', -- email
  'learner.email_key', -- email_key
  X'0131902388a077bdbea822a52bcb6491d295491ff0c2f5788ec360333006fbac662bb7c693647024963c04460f9a4d8e4eac1a5ee749eb098bdc', -- birth_date
  TRUE, -- protected
  7, -- revision
  'learner0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "merge" ("number", "keep_id", "other_id", "before", "by", "at", "undone_by", "undone_at", "id", "organisation") VALUES (
  7, -- number
  'merge.keep_id', -- keep_id
  'merge.other_id', -- other_id
  X'013190238854b6e45e4b51f72ed149441d392951f227553d35e4bdc17b5ae3c792c3f7cdf394b36bd06529164d4fb38109088455', -- before
  X'0131902388558f725544f5bc99e2df3fb10f62093fb1522161d2827d5b456e37bce7da0789d086c2ef26e2880ba48746', -- by
  '2026-11-24 09:00:00.000000', -- at
  X'013190238838c4506570fc81d1d54857b9ba048c79168d47b48ee3a2fcd9b227b857bc980757b007d150cd159aef11094151cfe2e56951', -- undone_by
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
INSERT INTO "partner" ("name", "registration", "domain", "client_id", "secret_key", "old_secret_key", "old_secret_until", "jwks", "jwks_url", "jwks_at", "scopes", "removed_at", "id", "organisation") VALUES (
  'partner.name', -- name
  'partner.registration', -- registration
  'partner.domain', -- domain
  'partner.client_id', -- client_id
  'partner.secret_key', -- secret_key
  'partner.old_secret_key', -- old_secret_key
  '2026-11-24 09:00:00.000000', -- old_secret_until
  'partner.jwks', -- jwks
  'partner.jwks_url', -- jwks_url
  '2026-11-24 09:00:00.000000', -- jwks_at
  'partner.scopes', -- scopes
  '2026-11-24 09:00:00.000000', -- removed_at
  'partner0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "placement" ("token_key", "platform", "request", "expires", "id", "organisation") VALUES (
  'placement.token_key', -- token_key
  'placement.platform', -- platform
  X'013190238895678af856e9afac0bda3967065efb136c711afe3a784624e66e61173450b3ed8aa2b4cedeb73f44c1bcff2f82a679615493683d', -- request
  '2026-11-24 09:00:00.000000', -- expires
  'placement00000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "request" ("request_key", "body_key", "made", "expires", "id", "organisation") VALUES (
  'request.request_key', -- request_key
  'request.body_key', -- body_key
  'request.made', -- made
  '2026-11-24 09:00:00.000000', -- expires
  'request0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "role_profile" ("role_id", "version", "state", "revision", "content", "at", "id", "organisation") VALUES (
  'role_profile.role_id', -- role_id
  7, -- version
  'role_profile.state', -- state
  7, -- revision
  X'01319023888194f767e891225523987e4c7e9f331727dda517428a84676bc026cfe52ece1f1af04b0f1e16357b446c9a5271aaae14f406d29ac771e2', -- content
  '2026-11-24 09:00:00.000000', -- at
  'role_profile00000000000000000000', -- id
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
  X'013190238844fcdee0f2334dd6e5adef9252b6f432a4c79c72cfc7057b02a6430eb814010fcbd7c8cffe8e5bfd6456bfb4c424912d90f783a79388', -- cursor
  'source_state.settings_key', -- settings_key
  'source_state.catalogue_key', -- catalogue_key
  '2026-11-24 09:00:00.000000', -- full_at
  '2026-11-24 09:00:00.000000', -- pulled_at
  '2026-11-24 09:00:00.000000', -- as_of
  'source_state00000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "staff" ("name", "email", "email_key", "roles", "account_key", "joined_at", "removed_at", "id", "organisation") VALUES (
  X'01319023889e78afdec345a535a8c6be34dd6958b400e710803fe51e639de63174e33f317500845660dedac4dd8784c960af', -- name
  X'0131902388918e17f7dde596282ee85d5d897d71d55d0c68e63e2ea3670b1a06ef78ea0d2a4d4beeb81ba57ae2be6e592468f2', -- email
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
  X'01319023881e07f48e99ffb0d0dbe2eaf15703ab565c1b9eb5b9341e4180ce0f4b878f4edf83fdc9d84186d22dd8cdeb838d40aa1f52ea29', -- name
  X'0131902388ac655dba48de1ee8dc2f29f4b80e3d46d644d001b09a20a03d9daccd8c2d08ae71035b779c429fdfc7739530aa3ed81fb2b960bb', -- email
  X'0131902388ab6d198ffd152de083247af039065442110639967cada9d850ef6c217064d6c3cf894ac14e94e4dec55a329e82d8983a225be6ee785d91f7', -- workplace
  '2026-11-24', -- started_on
  '2026-11-24', -- ended_on
  '7.5', -- hours
  X'0131902388571de807248973ab75b7deda14cb088aaefccf5af6597a1f95a69197c2eb5198cf122892f08a4ff5eba894319a5edae1ffcf51585dd6', -- made_by
  X'0131902388588d6634fe31178999f0de1794049b061aafe872ed9e5173a6ae8d8d54c127aaf747e368bec113e8b2ea7ad1c3c53215d83302d9', -- phone
  '2026-11-24', -- until
  '2026-11-24 09:00:00.000000', -- asked_at
  '2026-11-24 09:00:00.000000', -- reminded_at
  '2026-11-24 09:00:00.000000', -- opened_at
  X'0131902388d6076fb50d4521d8977d3465d5703e7d80d2b03a1fdef62f35ac05734860b6d9643dbd91841551ff11d52c684d83002fd73ae80c1a72', -- answers
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
  X'0131902388b0fc31e2b2893aa74d52ee5f0c650c86708ada0094bd6a2905d3b14c3c75174b1e602ad2c6d7edf57a104829238f30d9fd', -- evidence
  X'013190238832be878fc6a2ef39aeb2223404279fef5532ce3aed65a81a6af53184a84a612e7eb8ad90736d8211762f69f2294497c026db4f', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  TRUE, -- by_rule
  X'0131902388a57a6a02581bd21ac8452a4e537fced90799984938a86b9c9ffe598020da41c64d6a8476a638f46f9a2b850097af45', -- reason
  'award000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "catalogue_review" ("achievement_id", "version", "content_key", "staff_id", "body", "verdict", "findings", "at", "answer", "answered_at", "id", "organisation") VALUES (
  'catalogue_review.achievement_id', -- achievement_id
  7, -- version
  'catalogue_review.content_key', -- content_key
  'staff000000000000000000000000000', -- staff_id
  X'013190238872f3c388d368826cdc3da9e05fa5cef1f97d76d04c9157f0c1455790c203c85fb5515692e6402a2d62491f339ddced9f60f67d837a3dcec8', -- body
  'catalogue_review.ver', -- verdict
  X'0131902388527c86709e2da0fcd7e4ff534ee25ac3da24c9481d28610f0c17385106d90cad5129f12f9c9724cf6fcde39ed089368c40b6e000f1c1a95796c9b00b', -- findings
  '2026-11-24 09:00:00.000000', -- at
  X'01319023886b143bdab9b6ff77b901b3eeb8ae491fbf92b5f9d81f243de43e99eb56c71459596091aa3d4c8f2bc2605b6bc991169f84f84545cb4f6cb7bc79', -- answer
  '2026-11-24 09:00:00.000000', -- answered_at
  'catalogue_review0000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "completion" ("source", "key", "learner_id", "content", "state", "reason", "seen_at", "seen_in", "id", "organisation") VALUES (
  'completion.source', -- source
  'completion.key', -- key
  'learner0000000000000000000000000', -- learner_id
  X'01319023883eeecd3a4bbbd331c6a6f316b460e10a863794b034257c6cd71d1154e2da4a6bf69174d4ee558bb7d47b8a69c1986f490f7fd19b6b', -- content
  'completion.state', -- state
  'completion.reason', -- reason
  '2026-11-24 09:00:00.000000', -- seen_at
  'completion.seen_in', -- seen_in
  'completion0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "contact" ("learner_id", "address", "address_key", "token_key", "expires", "at", "confirmed_at", "main", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  X'0131902388a26b3e7053222c199f5b9b518a1a7b697b063e5e286e5e4dfba5d77ffd4798fb59b9d89a75edf625cd5f3988ab77bfbb5902', -- address
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
  X'0131902388a5ded6008dd223fee917f78d95b6e31f3e320a5552c3ccee065fd6961ec2d73be7ad97cc39a8fc4fffba91fc61', -- by
  X'013190238851b788b69bbe2974ee7507617d6170086d6c31833e5e3db0daeda0b27f81db582e0f47013a03021bbfef9e52173c12eea5', -- reason
  '2026-11-24 09:00:00.000000', -- at
  'erasure0000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "helper" ("learner_id", "name", "token_key", "until", "show_shares", "created_at", "ended_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  X'01319023883f85e897bc6260d32fd4db27f5d100c25d68039800a98b9c8184a2d9a7fd542efd3f6da313243f17eb25bc13f2ce', -- name
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
  X'0131902388d74487da5543fe0fb6c2822fef779c9d7175c0535479c35ecd9d4d6318623192152364bd575760a650206d221b6f176907b324', -- aliases
  'identity000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "import_competence" ("import_id", "competence_id", "until", "id", "organisation") VALUES (
  'import00000000000000000000000000', -- import_id
  'competence0000000000000000000000', -- competence_id
  '2026-11-24', -- until
  'import_competence000000000000000', -- id
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
  X'013190238871fa75282ae6275a1cb405fd07717c2c58eee08971a9b78c477f927d0bd0889e3ee377c1cafdd07fa9febe4649cc4979002831084c', -- public_key
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
  X'0131902388500398226ad3043fba554ada71fa094f8459994811ab5c81a4bb0edf894e1744bab3882e8e60c13778e3fc0c26275dc0800c72ebc49f', -- given_by
  '2026-11-24 09:00:00.000000', -- given_at
  'permission0000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "proposal" ("partner_id", "content", "state", "at", "answer", "answered_by", "answered_at", "achievement_id", "id", "organisation") VALUES (
  'partner0000000000000000000000000', -- partner_id
  X'0131902388a9c5be04849d81fda7923f8f9391f516aa634e2fb0d45bba1c7166941161a2af0c4057b007d87364b59b54f23bcf3412d805b0', -- content
  'proposal.state', -- state
  '2026-11-24 09:00:00.000000', -- at
  X'0131902388267ea2ea1023d5bdf922f2954a99697b77ec2b9a06df4a66bc42cf11b77630c602ceda1705e74d2efd9cdf02b51e98c0e6c8', -- answer
  X'0131902388987ac10bb474a83c7de6bd680843ea6dfdaca8b2061c9c5db1b3749ba99fc9b94daa8d70df9adf6a77040f902d385369ebec63fd8d1445', -- answered_by
  '2026-11-24 09:00:00.000000', -- answered_at
  'proposal.achievement_id', -- achievement_id
  'proposal000000000000000000000000', -- id
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
  X'0131902388ebfc1f8a4af3736dbc5c4dd24c7f263d145c000f3c0ab771f847099a724342606808d7e363139fb8442867e73d8c', -- token
  'share.token_key', -- token_key
  X'01319023881de06cd228b83b216021ba732d28b8ada107961c6a782e91aca227d7323bd45ccb15968e97c028c3aa4f24d8034d3182', -- purpose
  '2026-11-24', -- until
  TRUE, -- anonymous
  X'0131902388b10e06d366625b67206e258536a6b1a52f7da6f63e4eed116e5b2c1a42bd8030a5c635d6f154960cc1cdb30dc8f32414433e11015bf5829554c1', -- application_email
  '2026-11-24 09:00:00.000000', -- created_at
  '2026-11-24 09:00:00.000000', -- withdrawn_at
  'share000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "sign_in" ("learner_id", "token_key", "kind", "made_by", "expires", "used_at", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'sign_in.token_key', -- token_key
  'sign_in.ki', -- kind
  X'0131902388fca708ec60216a34f0e9e816538601f87cac1fc94ecd04ce44725b946d272b17b0be6f80545fedf851b9a86da09f472b865e', -- made_by
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
INSERT INTO "webhook" ("partner_id", "url", "events", "generation", "renewed_at", "created_at", "stopped_at", "removed_at", "id", "organisation") VALUES (
  'partner0000000000000000000000000', -- partner_id
  'webhook.url', -- url
  'webhook.events', -- events
  7, -- generation
  '2026-11-24 09:00:00.000000', -- renewed_at
  '2026-11-24 09:00:00.000000', -- created_at
  '2026-11-24 09:00:00.000000', -- stopped_at
  '2026-11-24 09:00:00.000000', -- removed_at
  'webhook0000000000000000000000000', -- id
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
  X'013190238825fbef46912b84c4acec977ecf5622f86a32159e124cd6c073a04425acff8687ce2a9ea942bda819b20f79a8df3a62abcdb071efb5322285a4', -- achievement
  'credential.urn', -- urn
  'credential.public_id', -- public_id
  'credential.live_key', -- live_key
  'credential.format', -- format
  'credential.media_type', -- media_type
  'credential.filename', -- filename
  'credential.status', -- status
  X'01319023881c0217006aba1e0c22b6edb6e9cde0aaa04702a3ce71441ebc7a767cb8346141222e6359e69f2ac3d61976fb8956b686b6801b3c9c9a1bdfdef435', -- status_reason
  '2026-11-24 09:00:00.000000', -- status_at
  '2026-11-24 09:00:00.000000', -- issued_at
  '2026-11-24 09:00:00.000000', -- valid_until
  NULL, -- supersedes_id
  7, -- status_list
  7, -- status_index
  7, -- reminded
  X'0131902388cf2936c849bf06224f78a22cd15af748bfbb6020b35363c83829180f37f20a1a2de2161bc99c918e6fe96e044a28190dc9e65c8731', -- content
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
INSERT INTO "notice" ("webhook_id", "share_id", "event", "urn", "status", "at", "sent_at", "id", "organisation") VALUES (
  'webhook0000000000000000000000000', -- webhook_id
  'share000000000000000000000000000', -- share_id
  'notice.event', -- event
  'notice.urn', -- urn
  'notice.status', -- status
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24 09:00:00.000000', -- sent_at
  'notice00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "reveal_request" ("share_id", "viewer", "reason", "at", "answer", "answered_at", "id", "organisation") VALUES (
  'share000000000000000000000000000', -- share_id
  'reveal_request.viewer', -- viewer
  'reveal_request.reaso', -- reason
  '2026-11-24 09:00:00.000000', -- at
  'reveal_request.answe', -- answer
  '2026-11-24 09:00:00.000000', -- answered_at
  'reveal_request000000000000000000', -- id
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
  X'0131902388810b038de93aeabd64ab4454f2aa095689be4d28ea5597bd8da9b507461776bd4ac7feb3a3301f7ab6c777d5d71ed493', -- reason
  '2026-11-24 09:00:00.000000', -- at
  X'0131902388be9a27646246bcea8ecf27c19d9acd3465cfcaae75a075ffedba0ddb474235b56b78b7f7a5d18064c9762ab7e2b22e24ad0fce66', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  'review00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "trace" ("share_id", "system", "state", "at", "viewer", "told_at", "id", "organisation") VALUES (
  'share000000000000000000000000000', -- share_id
  'trace.system', -- system
  'trace.state', -- state
  '2026-11-24 09:00:00.000000', -- at
  'trace.viewer', -- viewer
  '2026-11-24 09:00:00.000000', -- told_at
  'trace000000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "appeal" ("learner_id", "award_id", "credential_id", "text", "state", "open_key", "at", "due", "decided_by", "decided_at", "reason", "id", "organisation") VALUES (
  'learner0000000000000000000000000', -- learner_id
  'award000000000000000000000000000', -- award_id
  'credential0000000000000000000000', -- credential_id
  X'01319023881020c7ffdee2d5adacd2e8dd0eb9a673a00756ffa3d0d0d085f1c8954a0b1dcdcb9b48298448567771924e43f8db', -- text
  'appeal.state', -- state
  'appeal.open_key', -- open_key
  '2026-11-24 09:00:00.000000', -- at
  '2026-11-24', -- due
  X'0131902388b9df1e38a199403af0517ffe16f414ba2056a325afae491d79d4b110661ea337f753a385bbf3cf374b703ba4b2fe0c66eb282f5c', -- decided_by
  '2026-11-24 09:00:00.000000', -- decided_at
  X'01319023888d5a12cba6459e7d9223e1aad7ebfb73b3a546b513974d17c042b5055d68b30eccc28aa34bc7f42a90903855f61cba53', -- reason
  'appeal00000000000000000000000000', -- id
  'school' -- organisation
);
INSERT INTO "delivery" ("credential_id", "learner_id", "permission_id", "courier", "to", "to_key", "state", "reason", "reference", "url", "at", "id", "organisation") VALUES (
  'credential0000000000000000000000', -- credential_id
  'learner0000000000000000000000000', -- learner_id
  'permission0000000000000000000000', -- permission_id
  'delivery.courier', -- courier
  X'01319023889489477dc15d6d296cb622f87c77a2457b5691ffbf7c83e2814e74c264e106a3a1d9b7935556dc1a3ae1ba54107b', -- to
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
  X'013190238820aedfc2c4f07347102b936c813b66e653a84b1fd8e00b82c67a4cbe2d67abac304e286ee22881fe9355490e89', -- to
  X'0131902388dcd1ee54a565876f61c2080853e3b18175aeaba6d843f56165212e72b6611bacb922742cb646dd8ad065b496dbf43a2033e5', -- subject
  X'0131902388c31f7cebbbb9da8b3236d37da130feda8d37c67c1704777677bda7a6774a6bc34b77b408abbb0acb79ca8791d642a0', -- text
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
