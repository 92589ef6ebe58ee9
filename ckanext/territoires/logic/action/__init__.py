"""API actions, all named territoires_*, and the few of CKAN's that they extend."""

from ckanext.territoires.logic.action.catalogue import (
    bulk_update_delete,
    bulk_update_private,
    bulk_update_public,
    organization_update,
    package_search,
)
from ckanext.territoires.logic.action.comment import (
    territoires_portrait_comment_list,
    territoires_portrait_comment_save,
)
from ckanext.territoires.logic.action.community import (
    dataset_purge,
    package_collaborator_create,
    package_collaborator_delete,
    territoires_project_access,
    territoires_project_community,
    territoires_project_hand_over,
    territoires_project_invitation_accept,
    territoires_project_invitation_revoke,
    territoires_project_invite,
    territoires_project_join,
    territoires_project_join_answer,
    territoires_project_join_withdraw,
    territoires_project_leave,
    territoires_project_member_remove,
    territoires_project_member_role,
    territoires_project_service_add,
    territoires_project_service_remove,
    user_delete,
)
from ckanext.territoires.logic.action.coverage import territoires_coverage_read
from ckanext.territoires.logic.action.custom_territory import (
    territoires_custom_territory_create,
    territoires_custom_territory_delete,
    territoires_custom_territory_list,
    territoires_custom_territory_update,
)
from ckanext.territoires.logic.action.disclosure import (
    dataset_followee_list,
    follow_dataset,
    followee_list,
    member_list,
    tag_autocomplete,
    tag_list,
    tag_search,
)
from ckanext.territoires.logic.action.edition import (
    territoires_edition_create,
    territoires_edition_list,
    territoires_edition_show,
)
from ckanext.territoires.logic.action.follow import (
    territoires_follow,
    territoires_follow_list,
    territoires_unfollow,
)
from ckanext.territoires.logic.action.loading import (
    territoires_header_mapping_save,
    territoires_header_mapping_show,
    territoires_load_report,
    territoires_resource_load,
)
from ckanext.territoires.logic.action.mail import (
    territoires_mail_choice_save,
    territoires_mail_choice_show,
)
from ckanext.territoires.logic.action.message import (
    territoires_message_create,
    territoires_message_list,
    territoires_message_remove,
    territoires_message_show,
    territoires_message_update,
)
from ckanext.territoires.logic.action.moderation import (
    territoires_message_hide,
    territoires_message_report,
    territoires_message_restore,
    territoires_report_handle,
    territoires_report_list,
    territoires_thread_lock,
)
from ckanext.territoires.logic.action.portrait import territoires_portrait_show
from ckanext.territoires.logic.action.records import territoires_record_search
from ckanext.territoires.logic.action.service import territoires_service_list
from ckanext.territoires.logic.action.sheet import package_update
from ckanext.territoires.logic.action.statistics import (
    territoires_indicator_list,
    territoires_observation_search,
)
from ckanext.territoires.logic.action.territory import (
    territoires_territory_autocomplete,
    territoires_territory_members,
    territoires_territory_resolve,
    territoires_territory_show,
)

__all__ = [
    "bulk_update_delete",
    "bulk_update_private",
    "bulk_update_public",
    "dataset_followee_list",
    "follow_dataset",
    "followee_list",
    "member_list",
    "organization_update",
    "dataset_purge",
    "package_collaborator_create",
    "package_collaborator_delete",
    "package_search",
    "package_update",
    "tag_autocomplete",
    "tag_list",
    "tag_search",
    "territoires_coverage_read",
    "territoires_custom_territory_create",
    "territoires_custom_territory_delete",
    "territoires_custom_territory_list",
    "territoires_custom_territory_update",
    "territoires_edition_create",
    "territoires_edition_list",
    "territoires_edition_show",
    "territoires_follow",
    "territoires_follow_list",
    "territoires_header_mapping_save",
    "territoires_header_mapping_show",
    "territoires_indicator_list",
    "territoires_load_report",
    "territoires_mail_choice_save",
    "territoires_mail_choice_show",
    "territoires_message_create",
    "territoires_message_hide",
    "territoires_message_list",
    "territoires_message_remove",
    "territoires_message_report",
    "territoires_message_restore",
    "territoires_message_show",
    "territoires_message_update",
    "territoires_observation_search",
    "territoires_portrait_comment_list",
    "territoires_portrait_comment_save",
    "territoires_portrait_show",
    "territoires_project_access",
    "territoires_project_community",
    "territoires_project_hand_over",
    "territoires_project_invitation_accept",
    "territoires_project_invitation_revoke",
    "territoires_project_invite",
    "territoires_project_join",
    "territoires_project_join_answer",
    "territoires_project_join_withdraw",
    "territoires_project_leave",
    "territoires_project_member_remove",
    "territoires_project_member_role",
    "territoires_project_service_add",
    "territoires_project_service_remove",
    "territoires_record_search",
    "territoires_report_handle",
    "territoires_report_list",
    "territoires_resource_load",
    "territoires_service_list",
    "territoires_territory_autocomplete",
    "territoires_territory_members",
    "territoires_territory_resolve",
    "territoires_territory_show",
    "territoires_thread_lock",
    "territoires_unfollow",
    "user_delete",
]
