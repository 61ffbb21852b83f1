"""The names of the Bot API 10.0 that are known here; what is not among them is shown as unknown."""

from __future__ import annotations

_SERVICE = """
boost_added channel_chat_created chat_background_set chat_owner_changed chat_owner_left
chat_shared checklist_tasks_added checklist_tasks_done connected_website delete_chat_photo
direct_message_price_changed forum_topic_closed forum_topic_created forum_topic_edited
forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden gift
gift_upgrade_sent giveaway_completed giveaway_created group_chat_created left_chat_member
managed_bot_created message_auto_delete_timer_changed migrate_from_chat_id
migrate_to_chat_id new_chat_members new_chat_photo new_chat_title
paid_message_price_changed pinned_message poll_option_added poll_option_deleted
proximity_alert_triggered refunded_payment suggested_post_approval_failed
suggested_post_approved suggested_post_declined suggested_post_paid
suggested_post_refunded supergroup_chat_created unique_gift video_chat_ended
video_chat_participants_invited video_chat_scheduled video_chat_started
write_access_allowed
"""

_RARE_CONTENT = """
checklist game giveaway giveaway_winners invoice paid_media passport_data story
successful_payment users_shared web_app_data
"""

_ENVELOPE = """
message_id date chat from sender_chat sender_boost_count sender_business_bot sender_tag
author_signature business_connection_id caption caption_entities direct_messages_topic
edit_date effect_id entities external_reply forward_origin forward_from forward_from_chat
forward_from_message_id forward_sender_name forward_signature forward_date
guest_bot_caller_chat guest_bot_caller_user guest_query_id has_media_spoiler
has_protected_content is_automatic_forward is_from_offline is_paid_post is_topic_message
link_preview_options media_group_id message_thread_id paid_star_count quote reply_markup
reply_to_checklist_task_id reply_to_message reply_to_poll_option_id reply_to_story
show_caption_above_media suggested_post_info text via_bot
"""

_MESSAGES = """
message channel_post business_message guest_message
"""

_EDITS = """
edited_message edited_channel_post edited_business_message
"""

_NOTICES = """
message_reaction my_chat_member poll deleted_business_messages inline_query
chosen_inline_result shipping_query pre_checkout_query poll_answer chat_member
chat_join_request chat_boost removed_chat_boost message_reaction_count business_connection
purchased_paid_media managed_bot
"""

SERVICE = frozenset(_SERVICE.split())
"""What a Message tells of its chat, said by nobody."""
RARE_CONTENT = frozenset(_RARE_CONTENT.split())
"""What a Message may say that is shown by its name alone."""
ENVELOPE = frozenset(_ENVELOPE.split())
"""What stands round a Message and is not what it says."""
MESSAGES = frozenset(_MESSAGES.split())
"""Updates that are a Message."""
EDITS = frozenset(_EDITS.split())
"""Updates that are a Message in its new version."""
NOTICES = frozenset(_NOTICES.split())
"""Updates that are no message and ask for no answer."""
KINDS = tuple(sorted(MESSAGES | EDITS | NOTICES | {"callback_query"}))
"""Every kind there is: reactions and members come only to whom asks for them by name."""
